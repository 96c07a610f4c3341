// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>Speaks the protocol of one receiver. One attempt per call: waiting and trying again is the loop's.</summary>
internal interface IExporter : IDisposable
{
    /// <summary>Never throws for what the receiver or the network does; only when <paramref name="cancel"/> is cancelled.</summary>
    Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel);
}
