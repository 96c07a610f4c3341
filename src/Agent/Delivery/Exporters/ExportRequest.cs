// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>
/// What one export request carries: whole <c>resource_spans</c> entries of an ExportTraceServiceRequest. Used again and again.
/// The bytes belong to the queue, which keeps them as they are until the request is settled.
/// </summary>
internal sealed class ExportRequest
{
    private readonly List<ReadOnlyMemory<byte>> _entries = [];
    private readonly List<int> _spans = [];

    /// <summary>Back to back, they are the body: repeated fields of protobuf messages concatenate.</summary>
    internal IReadOnlyList<ReadOnlyMemory<byte>> Entries => _entries;

    internal long Spans { get; private set; }

    internal long Bytes { get; private set; }

    internal void Add(ReadOnlyMemory<byte> entry, int spans)
    {
        _entries.Add(entry);
        _spans.Add(spans);
        Spans += spans;
        Bytes += entry.Length;
    }

    /// <summary>Two requests with half of the entries each.</summary>
    internal ExportRequest[] Halves()
    {
        var halves = new[] { new ExportRequest(), new ExportRequest() };
        for (var i = 0; i < _entries.Count; i++)
        {
            halves[i < _entries.Count / 2 ? 0 : 1].Add(_entries[i], _spans[i]);
        }
        return halves;
    }

    internal void Clear()
    {
        _entries.Clear();
        _spans.Clear();
        (Spans, Bytes) = (0, 0);
    }
}
