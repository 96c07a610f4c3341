// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Exporters;
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Delivery.Queues;

/// <summary>Takes from a queue in memory, which belongs to one receiver. What nobody took is lost with the process.</summary>
internal sealed class MemorySource(BatchQueue queue, Ledger ledger) : ISpanSource
{
    private readonly List<SpanBatch> _taken = [];

    public bool TryTake(ExportRequest request, int maxSpans, int maxBytes)
    {
        queue.Take(_taken, maxSpans, maxBytes);
        _taken.ForEach(batch => request.Add(batch.Encoded, batch.Spans));
        return _taken.Count > 0;
    }

    public void Settle(int entries)
    {
        for (var i = 0; i < entries; i++)
        {
            _taken[i].Release();
        }
        _taken.RemoveRange(0, entries);
    }

    public bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries) => true;

    public Task WaitAsync(CancellationToken cancel) => queue.WaitAsync(Timeout.InfiniteTimeSpan, cancel);

    public void Abandon()
    {
        do
        {
            ledger.Dropped(DropReason.Shutdown, _taken.Sum(batch => (long)batch.Spans));
            _taken.ForEach(batch => batch.Lose());
            Settle(_taken.Count);
            queue.Take(_taken, int.MaxValue, int.MaxValue);
        }
        while (_taken.Count > 0);
    }
}
