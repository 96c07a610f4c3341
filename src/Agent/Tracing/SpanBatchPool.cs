// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tracing;

/// <summary>Batches for reuse, so that a steady flow of spans allocates nothing. Batches come back from any thread.</summary>
internal sealed class SpanBatchPool
{
    private const int Kept = 64;

    private readonly Stack<SpanBatch> _idle = new(Kept);

    public SpanBatch Rent(SpanResource resource, long now)
    {
        var batch = Take();
        batch.Open(resource, now);
        return batch;
    }

    /// <summary>A sealed batch of spans that were encoded elsewhere, and are copied.</summary>
    public SpanBatch Adopt(ReadOnlySpan<byte> encoded, int spans)
    {
        var batch = Take();
        batch.Fill(encoded, spans);
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

    private SpanBatch Take()
    {
        lock (_idle)
        {
            return _idle.TryPop(out var batch) ? batch : new SpanBatch(this);
        }
    }
}
