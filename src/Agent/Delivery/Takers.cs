// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Queues;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Whoever gets each batch: a queue for each receiver or a spool for all, and one for the printer.</summary>
internal sealed class Takers(IReadOnlyList<BatchQueue> queues, Spool? spool)
{
    private readonly int _count = queues.Count + (spool is null ? 0 : 1);

    internal bool Any => _count > 0;

    /// <summary>Whether some receiver would still get so much, and nothing that was promised to it be given up.</summary>
    internal bool HasRoom(int bytes, int spans)
    {
        if (spool is not null)
        {
            return spool.HasRoom(bytes);
        }
        foreach (var queue in queues)
        {
            if (!queue.IsCopy && queue.HasRoom(bytes, spans))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Hands over the batch, a reference for each. Of what was promised it says when it is on disk; null: it will not be.</summary>
    internal Task<bool>? Give(SpanBatch batch, bool isPromised)
    {
        Task<bool>? kept = null;
        for (var i = 1; i < _count; i++)
        {
            batch.AddReference();
        }
        if (isPromised)
        {
            kept = spool?.Keep(batch);
        }
        else
        {
            spool?.Append(batch);
        }
        foreach (var queue in queues)
        {
            queue.Enqueue(batch, isPromised);
        }
        return kept;
    }
}
