// SPDX-License-Identifier: Apache-2.0
// A receiver that keeps up gets its spans from memory, before or while they are written; one that lags behind reads them back
// from the files, a request at a time. Spans are numbered: what is missing between two that follow each other is counted, by
// the reason for which it is missing.
using Agent.Delivery.Exporters;
using Agent.Diagnostics;
using Agent.Tracing;
using Microsoft.Win32.SafeHandles;

namespace Agent.Delivery.Queues;

/// <summary>One receiver's place in a <see cref="Spool"/>. Used by its task; the spool's thread moves it when it makes room.</summary>
internal sealed class SpoolReader(Spool spool, long first, Ledger ledger, SpoolPosition position) : ISpanSource, IDisposable
{
    private const int Spare = 64 * 1024;

    // A disk, or a process out of descriptors, that takes no longer to be well again costs no spans.
    private const int ReadAttempts = 10;
    private static readonly TimeSpan ReadDelay = TimeSpan.FromSeconds(1);
    private readonly Lock _place = new(); // taken before the spool's, never after
    private readonly List<SpanBatch> _held = [];
    private readonly List<(long End, int Spans)> _taken = [];
    private readonly SemaphoreSlim _arrived = new(1, 1);
    private byte[] _piece = [];
    private SafeFileHandle? _file;
    private SpoolSegment? _segment;
    private long _offset;
    private bool _metDamage;
    private volatile int _failedReads;
    private long _next = first;
    private long _settled = first;
    private long _unsettled;

    /// <summary>All spans before this one are done with.</summary>
    internal long Settled => Interlocked.Read(ref _settled);

    internal SpoolPosition Position => position;

    public bool TryTake(ExportRequest request, int maxSpans, int maxBytes)
    {
        lock (_place)
        {
            return TryFill(request, maxSpans, maxBytes);
        }
    }

    public void Settle(int entries)
    {
        lock (_place)
        {
            var spans = _taken.Take(entries).Sum(one => (long)one.Spans);
            _unsettled -= spans;
            Interlocked.Exchange(ref _settled, _taken[entries - 1].End);
            _taken.RemoveRange(0, entries);
            Release(Math.Min(entries, _held.Count));
        }
        spool.Advanced();
    }

    public bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries) => spool.TrySetAside(entries);

    public Task WaitAsync(CancellationToken cancel) => _arrived.WaitAsync(_failedReads > 0 ? ReadDelay : Timeout.InfiniteTimeSpan, cancel);

    /// <summary>Nothing is lost: the next run begins with what was taken and not settled.</summary>
    public void Abandon() => Release(_held.Count);

    /// <summary>Something was appended.</summary>
    internal void Wake()
    {
        lock (_arrived)
        {
            if (_arrived.CurrentCount == 0)
            {
                _arrived.Release();
            }
        }
    }

    /// <summary>Spans on disk that this receiver has not settled, when the files end there.</summary>
    internal long Waiting(long end)
    {
        lock (_place)
        {
            return Math.Max(0, end - _next + _unsettled);
        }
    }

    /// <summary>Spans before this one have made room. What is being sent of them may still arrive.</summary>
    internal void Evict(long span)
    {
        lock (_place)
        {
            if (span > _next)
            {
                ledger.Dropped(DropReason.Evicted, span - _next);
                _next = span;
            }
        }
    }

    /// <summary>Says what the process takes with it: what had made room while it was sent, and what was not written.</summary>
    internal void Forget(long evicted, long written, long end)
    {
        lock (_place)
        {
            ledger.Dropped(DropReason.Evicted, Math.Clamp(evicted - _settled, 0, _unsettled));
            ledger.Dropped(DropReason.Shutdown, Math.Max(0, end - Math.Max(written, _settled)));
            (_next, _unsettled) = (Math.Max(_settled, evicted), 0);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        position.Dispose();
        _arrived.Dispose();
    }

    private bool TryFill(ExportRequest request, int maxSpans, int maxBytes)
    {
        while (request.Entries.Count == 0)
        {
            switch (spool.Locate(_next, _held, maxSpans, maxBytes, out var segment, out var from))
            {
                case SpoolPlace.Nowhere:
                    Skip(from, spool.WhyMissing(_next));
                    _piece = []; // it has caught up
                    return false;
                case SpoolPlace.Memory:
                    Skip(from, spool.WhyMissing(_next));
                    _held.ForEach(batch => Add(request, batch.Encoded, _next + batch.Spans));
                    break;
                default:
                    if (!TryReadBack(segment!, from, request, maxSpans, maxBytes))
                    {
                        return false;
                    }
                    break;
            }
        }
        return true;
    }

    // False: it cannot be read now. All that is known of the file is its length and its end at one moment, so the end is where it has
    // been read then.
    private bool TryReadBack(SpoolSegment segment, long end, ExportRequest request, int maxSpans, int maxBytes)
    {
        try
        {
            if (segment != _segment)
            {
                _file?.Dispose();
                (_file, _segment, _offset) = (File.OpenHandle(segment.Path), segment, 0);
            }
            var wanted = (int)Math.Min(spool.LengthOf(segment) - _offset, Math.Max((long)maxBytes + Spare, _piece.Length));
            if (_piece.Length < wanted)
            {
                _piece = new byte[wanted];
            }
            var read = SpoolRecovery.ReadFully(_file!, _piece.AsSpan(0, wanted), _offset);
            var cursor = Walk(_piece.AsMemory(0, read), request, maxSpans, maxBytes);
            _offset += cursor.At;
            _metDamage |= cursor.MetDamage;
            _failedReads = 0;
            if (request.Entries.Count > 0 || cursor.At > 0)
            {
                return true;
            }
            if (cursor.Wanted > wanted && _offset + cursor.Wanted <= spool.LengthOf(segment))
            {
                _piece = new byte[cursor.Wanted]; // one that is longer than a request may be
                return true;
            }
        }
        catch (FileNotFoundException) when (!spool.Lists(segment))
        {
            return true; // it has made room
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            spool.Complain($"cannot be read: {e.Message}");
            _file?.Dispose();
            (_file, _segment) = (null, null);
            if (++_failedReads < ReadAttempts)
            {
                return false;
            }
            _failedReads = 0;
        }
        Skip(end, DropReason.Corrupt);
        return true;
    }

    // Counts what is missing before the span; nothing, if that is where it is. Nothing taken is left unsettled then.
    private void Skip(long span, DropReason reason)
    {
        if (span > _next)
        {
            ledger.Dropped(reason, span - _next);
            _next = span;
            Interlocked.Exchange(ref _settled, span);
        }
    }

    private void Add(ExportRequest request, ReadOnlyMemory<byte> entry, long end)
    {
        var spans = (int)(end - _next);
        request.Add(entry, spans);
        _taken.Add((end, spans));
        _unsettled += spans;
        _next = end;
    }

    private SpoolCursor Walk(ReadOnlyMemory<byte> piece, ExportRequest request, int maxSpans, int maxBytes)
    {
        var cursor = new SpoolCursor(piece);
        var before = cursor;
        while (cursor.TryNext(out var record, out var entry))
        {
            if (record.EndSpan > _next)
            {
                // What is missing is skipped at the head of a request, where it moves the position at once.
                if (request.Entries.Count > 0 &&
                    (record.FirstSpan > _next || request.Spans + record.Spans > maxSpans || request.Bytes + record.Length > maxBytes))
                {
                    return before;
                }
                Skip(record.FirstSpan, _metDamage || cursor.MetDamage ? DropReason.Corrupt : spool.WhyMissing(_next));
                _metDamage = false;
                Add(request, entry, record.EndSpan);
            }
            before = cursor;
        }
        return cursor;
    }

    private void Release(int batches)
    {
        for (var i = 0; i < batches; i++)
        {
            _held[i].Release();
        }
        _held.RemoveRange(0, batches);
    }
}
