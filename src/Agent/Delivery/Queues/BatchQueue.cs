// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Delivery.Queues;

/// <summary>
/// Batches that wait for one consumer, bounded by spans and by the memory they hold. When it is full the oldest of what this
/// process saw makes room: what happened last is worth more to someone who is looking. What it took from others and promised to
/// deliver goes last.
/// </summary>
/// <param name="ledger">Told about dropped spans; null when another queue answers for the same batches.</param>
internal sealed class BatchQueue(int maxSpans, long maxBytes, Ledger? ledger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Queue<SpanBatch> _seen = new();
    private readonly Queue<SpanBatch> _promised = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private bool _isPromisedNext;
    private int _spans;
    private long _bytes;

    public int Spans
    {
        get
        {
            lock (_gate)
            {
                return _spans;
            }
        }
    }

    /// <summary>Whether another queue answers for the same batches.</summary>
    public bool IsCopy => ledger is null;

    /// <summary>Whether so much could be promised now. An empty queue takes anything.</summary>
    public bool HasRoom(int bytes, int spans)
    {
        lock (_gate)
        {
            return _spans == 0 || (_spans + spans <= maxSpans && _bytes + bytes <= maxBytes);
        }
    }

    /// <summary>Takes over one reference to the batch.</summary>
    public void Enqueue(SpanBatch batch, bool isPromised = false)
    {
        lock (_gate)
        {
            while (_spans > 0 && (_spans + batch.Spans > maxSpans || _bytes + batch.Capacity > maxBytes))
            {
                if (_seen.Count == 0 && !isPromised)
                {
                    Drop(batch);
                    return;
                }
                Drop(Dequeue(_seen.Count > 0 ? _seen : _promised));
            }

            (isPromised ? _promised : _seen).Enqueue(batch);
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
        lock (_gate)
        {
            int spans = 0, bytes = 0;
            while (Next() is { } lane)
            {
                var next = lane.Peek();
                spans += next.Spans;
                bytes += next.Encoded.Length;
                if (taken.Count > 0 && (spans > spanLimit || bytes > byteLimit))
                {
                    return;
                }

                taken.Add(Dequeue(lane));
                _isPromisedNext = !_isPromisedNext;
            }
        }
    }

    /// <summary>Returns when something may have arrived, or after <paramref name="limit"/>.</summary>
    public Task WaitAsync(TimeSpan limit, CancellationToken cancel) => _arrived.WaitAsync(limit, cancel);

    public void Dispose() => _arrived.Dispose();

    // By turns, so that neither waits for the other to be empty.
    private Queue<SpanBatch>? Next() => (_seen.Count, _promised.Count) switch
    {
        (0, 0) => null,
        (0, _) => _promised,
        (_, 0) => _seen,
        _ => _isPromisedNext ? _promised : _seen,
    };

    private void Drop(SpanBatch batch)
    {
        ledger?.Dropped(DropReason.QueueFull, batch.Spans);
        batch.Lose();
        batch.Release();
    }

    private SpanBatch Dequeue(Queue<SpanBatch> lane)
    {
        var batch = lane.Dequeue();
        _spans -= batch.Spans;
        _bytes -= batch.Capacity;
        return batch;
    }
}
