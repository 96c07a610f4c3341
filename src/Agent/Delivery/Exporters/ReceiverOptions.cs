// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>A place that spans are sent to; immutable, made once from the environment.</summary>
internal sealed record ReceiverOptions
{
    /// <summary>Stands in the log and the ledger, unique among the receivers.</summary>
    internal required string Name { get; init; }

    /// <summary>Full URL that requests are sent to.</summary>
    internal required Uri Endpoint { get; init; }

    /// <summary>Sent with each request.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>For one attempt.</summary>
    internal TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    internal IExporter CreateExporter() => new OtlpHttpExporter(this);
}
