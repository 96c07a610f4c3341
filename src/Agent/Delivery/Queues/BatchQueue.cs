// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Delivery.Queues;

/// <summary>
/// Batches that wait for one consumer, bounded by spans and by the memory they hold. When it is full the oldest
/// batch makes room: what happened last is worth more to someone who is looking.
/// </summary>
/// <param name="ledger">Told about dropped spans; null when another queue answers for the same batches.</param>
internal sealed class BatchQueue(int maxSpans, long maxBytes, Ledger? ledger) : IDisposable
{
    private readonly Queue<SpanBatch> _batches = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private int _spans;
    private long _bytes;

    public int Spans
    {
        get
        {
            lock (_batches)
            {
                return _spans;
            }
        }
    }

    /// <summary>Takes over one reference to the batch.</summary>
    public void Enqueue(SpanBatch batch)
    {
        lock (_batches)
        {
            while (_batches.Count > 0 && (_spans + batch.Spans > maxSpans || _bytes + batch.Capacity > maxBytes))
            {
                var oldest = Dequeue();
                ledger?.Dropped(DropReason.QueueFull, oldest.Spans);
                oldest.Release();
            }

            _batches.Enqueue(batch);
            _spans += batch.Spans;
            _bytes += batch.Capacity;
            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }
        }
    }

    /// <summary>Moves batches into <paramref name="taken"/> until a limit is reached; at least one if there is one.</summary>
    public void Take(List<SpanBatch> taken, int spanLimit, int byteLimit)
    {
        lock (_batches)
        {
            int spans = 0, bytes = 0;
            while (_batches.TryPeek(out var next))
            {
                spans += next.Spans;
                bytes += next.Encoded.Length;
                if (taken.Count > 0 && (spans > spanLimit || bytes > byteLimit))
                {
                    return;
                }

                taken.Add(Dequeue());
            }
        }
    }

    /// <summary>Returns when something may have arrived, or after <paramref name="limit"/>.</summary>
    public Task WaitAsync(TimeSpan limit, CancellationToken cancel) => _arrived.WaitAsync(limit, cancel);

    public void Dispose() => _arrived.Dispose();

    private SpanBatch Dequeue()
    {
        var batch = _batches.Dequeue();
        _spans -= batch.Spans;
        _bytes -= batch.Capacity;
        return batch;
    }
}
