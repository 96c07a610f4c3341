// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tracing;

/// <summary>Batches for reuse, so that a steady flow of spans allocates nothing. Batches come back from any thread.</summary>
internal sealed class SpanBatchPool
{
    private const int Kept = 64;

    private readonly Stack<SpanBatch> _idle = new(Kept);

    public SpanBatch Rent(byte[] resource, long now)
    {
        SpanBatch? batch;
        lock (_idle)
        {
            _idle.TryPop(out batch);
        }

        batch ??= new SpanBatch(this);
        batch.Open(resource, now);
        return batch;
    }

    public void Return(SpanBatch batch)
    {
        lock (_idle)
        {
            if (_idle.Count < Kept)
            {
                _idle.Push(batch);
            }
        }
    }
}
