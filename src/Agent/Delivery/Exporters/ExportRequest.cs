// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>
/// What one export request carries: whole <c>resource_spans</c> entries of an ExportTraceServiceRequest. Used again and again.
/// The bytes belong to the queue, which keeps them as they are until the request is settled.
/// </summary>
internal sealed class ExportRequest
{
    private readonly List<ReadOnlyMemory<byte>> _entries = [];

    /// <summary>Back to back, they are the body: repeated fields of protobuf messages concatenate.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Entries => _entries;

    internal long Spans { get; private set; }

    internal long Bytes { get; private set; }

    internal void Add(ReadOnlyMemory<byte> entry, int spans)
    {
        _entries.Add(entry);
        Spans += spans;
        Bytes += entry.Length;
    }

    internal void Clear()
    {
        _entries.Clear();
        (Spans, Bytes) = (0, 0);
    }
}
