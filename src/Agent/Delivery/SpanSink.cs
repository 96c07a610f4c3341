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
    private readonly Dictionary<SpanResource, SpanBatch> _open = [];
    private readonly List<SpanResource> _due = [];
    private readonly WaitingBatches _waiting = new();
    private readonly SpanBatchPool _pool = new();
    private readonly ExchangeSpans _spans;
    private readonly Ledger _ledger;
    private readonly Action<SpanBatch> _sealed;
    private readonly Action<SpanBatch> _send;
    private readonly long _delayMs;
    private bool _isWaitedFor = true; // somebody has just started this and looks for the first span
    private SpanBatch? _recent; // spans of one resource come in runs

    /// <param name="onSealed">Receives each finished batch with one reference to it.</param>
    public SpanSink(ExchangeSpans spans, Ledger ledger, TimeSpan batchDelay, Action<SpanBatch> onSealed)
    {
        _spans = spans;
        _ledger = ledger;
        _sealed = onSealed;
        _send = Send;
        _delayMs = (long)batchDelay.TotalMilliseconds;
    }

    /// <summary>Spans in open batches.</summary>
    public int Pending { get; private set; }

    /// <param name="resource">Known by reference. While better is awaited, its batches wait for that.</param>
    /// <param name="heads">The captured heads that follow the event in its record.</param>
    public void Write(SpanResource resource, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        var batch = Find(resource);
        if (TryAppend(batch, exchange, heads))
        {
            return;
        }

        if (batch.Spans > 0)
        {
            Seal(resource, batch, Environment.TickCount64);
            batch = Open(resource);
            if (TryAppend(batch, exchange, heads))
            {
                return;
            }
        }

        _ledger.Dropped(DropReason.TooLarge);
    }

    /// <param name="scopeSpans">A span that the program made itself, in its scope: an entry of <c>scope_spans</c>.</param>
    public void Write(SpanResource resource, ReadOnlySpan<byte> scopeSpans)
    {
        resource = resource.WithScopes;
        var batch = Find(resource);
        if (!batch.TryAdd(scopeSpans))
        {
            Seal(resource, batch, Environment.TickCount64);
            batch = Open(resource);
            _ = batch.TryAdd(scopeSpans);
        }

        Pending++;
    }

    /// <summary>Sends batches that are old enough, and the first at once. Call it at least as often as batches should be delayed.</summary>
    public void Tick()
    {
        _spans.Tick();
        var now = Environment.TickCount64;
        if (_waiting.Count > 0)
        {
            _waiting.Release(now, _send);
        }

        if (_open.Count > 0)
        {
            SealOlderThan(_isWaitedFor ? long.MaxValue : now - _delayMs, now);
        }
    }

    /// <summary>Sends everything that is open.</summary>
    public void Flush()
    {
        _waiting.Release(long.MaxValue, _send);
        SealOlderThan(long.MaxValue, long.MaxValue);
    }

    private bool TryAppend(SpanBatch batch, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        do
        {
            scoped var span = batch.Begin();
            _spans.Write(exchange, heads, batch.Resource?.Routes, ref span);
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

    private SpanBatch Find(SpanResource resource) =>
        ReferenceEquals(resource, _recent?.Resource) ? _recent!
        : _recent = _open.TryGetValue(resource, out var batch) ? batch : Open(resource);

    private SpanBatch Open(SpanResource resource)
    {
        var batch = _pool.Rent(resource, Environment.TickCount64);
        _open.Add(resource, batch);
        return _recent = batch;
    }

    // What waits for names stays open and fills up, as long as there is room for it.
    private void SealOlderThan(long limit, long now)
    {
        var room = _waiting.Room;
        foreach (var (resource, batch) in _open)
        {
            if (resource.IsAwaited(now) && (room -= batch.Capacity) > 0)
            {
                continue;
            }

            if (batch.OpenedAt <= limit)
            {
                _due.Add(resource);
            }
        }

        foreach (var resource in _due)
        {
            Seal(resource, _open[resource], now);
        }

        _due.Clear();
    }

    private void Seal(SpanResource resource, SpanBatch batch, long now)
    {
        _open.Remove(resource);
        _recent = null;
        if (batch.Spans == 0)
        {
            batch.Release();
        }
        else if (!resource.IsAwaited(now) || !_waiting.TryAdd(batch))
        {
            Send(batch);
        }
    }

    private void Send(SpanBatch batch)
    {
        Pending -= batch.Spans;
        _isWaitedFor = false;
        batch.Seal();
        _sealed(batch);
    }
}
