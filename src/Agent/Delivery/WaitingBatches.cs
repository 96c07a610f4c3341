// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Full batches of resources whose names are awaited. Bounded: what has no room leaves without them. Used by one thread.</summary>
internal sealed class WaitingBatches
{
    private const long MaxBytes = 16 << 20;

    private readonly Queue<SpanBatch> _batches = [];
    private long _bytes;

    public int Count => _batches.Count;

    /// <summary>Bytes that may still wait, here or in batches that are open.</summary>
    public long Room => MaxBytes - _bytes;

    public bool TryAdd(SpanBatch batch)
    {
        if (batch.Capacity > Room)
        {
            return false;
        }

        _bytes += batch.Capacity;
        _batches.Enqueue(batch);
        return true;
    }

    /// <summary>Hands on those whose wait is over, in the order they came.</summary>
    public void Release(long now, Action<SpanBatch> send)
    {
        for (var left = _batches.Count; left > 0; left--)
        {
            var batch = _batches.Dequeue();
            if (batch.Resource!.IsAwaited(now))
            {
                _batches.Enqueue(batch);
                continue;
            }

            _bytes -= batch.Capacity;
            send(batch);
        }
    }
}
