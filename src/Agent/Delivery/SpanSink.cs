// SPDX-License-Identifier: Apache-2.0
// The end of the event thread: events come in, sealed batches go out. Nothing here is shared, so nothing locks.
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Writes each exchange as a span into the open batch of its resource. Used by one thread.</summary>
internal sealed class SpanSink
{
    private readonly Dictionary<byte[], SpanBatch> _open = new(ReferenceEqualityComparer.Instance);
    private readonly List<byte[]> _due = [];
    private readonly SpanBatchPool _pool = new();
    private readonly ExchangeSpans _spans;
    private readonly Ledger _ledger;
    private readonly Action<SpanBatch> _sealed;
    private readonly long _delayMs;
    private bool _isWaitedFor = true; // somebody has just started this and looks for the first span
    private SpanBatch? _recent; // spans of one resource come in runs

    /// <param name="onSealed">Receives each finished batch with one reference to it.</param>
    public SpanSink(ExchangeSpans spans, Ledger ledger, TimeSpan batchDelay, Action<SpanBatch> onSealed)
    {
        _spans = spans;
        _ledger = ledger;
        _sealed = onSealed;
        _delayMs = (long)batchDelay.TotalMilliseconds;
    }

    /// <summary>Spans in open batches.</summary>
    public int Pending { get; private set; }

    /// <param name="resource">
    /// An encoded OTLP Resource message. The same array means the same resource: it is compared by reference, and
    /// never changed after it was used here.
    /// </param>
    /// <param name="heads">The captured heads that follow the event in its record.</param>
    public void Write(byte[] resource, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        var batch = ReferenceEquals(resource, _recent?.Resource) ? _recent! : Find(resource);

        if (TryAppend(batch, exchange, heads))
        {
            return;
        }

        if (batch.Spans > 0)
        {
            Seal(resource, batch);
            batch = Open(resource);
            if (TryAppend(batch, exchange, heads))
            {
                return;
            }
        }

        _ledger.Dropped(DropReason.TooLarge);
    }

    /// <summary>Sends batches that are old enough, and the first at once. Call it at least as often as batches should be delayed.</summary>
    public void Tick()
    {
        _spans.Tick();
        if (_open.Count > 0)
        {
            SealOlderThan(_isWaitedFor ? long.MaxValue : Environment.TickCount64 - _delayMs);
        }
    }

    /// <summary>Sends everything that is open.</summary>
    public void Flush() => SealOlderThan(long.MaxValue);

    private bool TryAppend(SpanBatch batch, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        do
        {
            scoped var span = batch.Begin();
            _spans.Write(exchange, heads, ref span);
            if (span.IsDiscarded)
            {
                _ledger.Dropped(DropReason.Ignored);
                return true;
            }

            if (batch.TryEnd(ref span))
            {
                Pending++;
                return true;
            }
        }
        while (batch.TryGrow());

        return false;
    }

    private SpanBatch Find(byte[] resource) =>
        _recent = _open.TryGetValue(resource, out var batch) ? batch : Open(resource);

    private SpanBatch Open(byte[] resource)
    {
        var batch = _pool.Rent(resource, Environment.TickCount64);
        _open.Add(resource, batch);
        return _recent = batch;
    }

    private void SealOlderThan(long limit)
    {
        foreach (var (resource, batch) in _open)
        {
            if (batch.OpenedAt <= limit)
            {
                _due.Add(resource);
            }
        }

        foreach (var resource in _due)
        {
            Seal(resource, _open[resource]);
        }

        _due.Clear();
    }

    private void Seal(byte[] resource, SpanBatch batch)
    {
        _open.Remove(resource);
        _recent = null;
        Pending -= batch.Spans;
        if (batch.Spans == 0)
        {
            batch.Release();
            return;
        }

        _isWaitedFor = false;
        batch.Seal();
        _sealed(batch);
    }
}
