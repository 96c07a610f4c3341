// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Exporters;

namespace Agent.Delivery.Queues;

/// <summary>What waits for one receiver, in order. Used by one task; others append meanwhile.</summary>
internal interface ISpanSource
{
    /// <summary>
    /// Fills an empty request with what comes next, at least one entry if there is one. Its bytes stay as they are until
    /// <see cref="Settle"/> or <see cref="Abandon"/>. Nothing more is to be taken before.
    /// </summary>
    bool TryTake(ExportRequest request, int maxSpans, int maxBytes);

    /// <summary>The first <paramref name="entries"/> of what was taken are received, or refused for good: they need not be kept.</summary>
    void Settle(int entries);

    /// <summary>
    /// Keeps entries that the receiver refuses where an operator can look at them, if there is such a place. False: the disk does
    /// not take them.
    /// </summary>
    bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries);

    /// <summary>Returns when something may have arrived.</summary>
    Task WaitAsync(CancellationToken cancel);

    /// <summary>Nobody takes anything any more. What is lost by that is counted as dropped.</summary>
    void Abandon();
}
