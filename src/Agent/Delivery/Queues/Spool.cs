// SPDX-License-Identifier: Apache-2.0
// A queue that outlives the process. Batches are numbered by their spans and wait in memory; a thread of its own writes what
// some receiver has not got within the sync interval, and waits for the disk once for all of it. So a receiver that keeps up
// costs no byte of disk, and the disk, however slow, holds up neither the kernel's events nor a receiver.
//
//   batches in memory → file | file | file being written      each receiver has its own position
//
// Full memory (the disk takes nothing), and full disk space or old age, cost the oldest spans.
using Agent.Config;
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Delivery.Queues;

/// <summary>The queue on disk, for all receivers.</summary>
internal sealed class Spool : IDisposable
{
    private const int CalmMilliseconds = 10_000;
    private readonly Lock _gate = new();
    private readonly SpoolOptions _options;
    private readonly SpoolFiles _files;
    private readonly Action<string> _log;
    private readonly List<SpoolReader> _readers = [];
    private readonly List<(long FirstSpan, SpanBatch Batch)> _pending = [];
    private readonly List<(long FirstSpan, SpanBatch Batch)> _writing = [];
    private readonly SpoolPromises _promises = new();
    private readonly AutoResetEvent _changed = new(false);
    private readonly AutoResetEvent _urgent = new(false);
    private readonly Thread _writer;
    private long _pendingBytes;
    private long _end;
    private volatile bool _stopping;
    private string? _complaint;
    private long _troubledAt;

    private Spool(SpoolOptions options, Action<string> log)
    {
        (_options, _log) = (options, log);
        _files = SpoolFiles.Open(options, _gate, log);
        _writer = new Thread(Run) { Name = "spool", IsBackground = true };
    }

    /// <summary>
    /// Opens the directory, or makes it, and finds what earlier runs left there for these receivers, each with its ledger.
    /// Throws <see cref="ConfigException"/> when it cannot be used, or another agent uses it.
    /// </summary>
    internal static Spool Open(SpoolOptions options, IReadOnlyList<(string Name, Ledger Ledger)> receivers, Action<string> log)
    {
        try
        {
            return Begin(options, receivers, log);
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException(
                "HILO_QUEUE", $"disk:{options.Directory}", $"{unusable.Message.TrimEnd('.')}; name a directory of this agent's own that it may write");
        }
    }

    /// <summary>In the order of the receivers.</summary>
    internal IReadOnlyList<SpoolReader> Readers => _readers;

    /// <summary>Memory that batches hold which are not on disk.</summary>
    internal long PendingBytes => Interlocked.Read(ref _pendingBytes);

    internal SpoolWork Work => _files.Work;

    /// <summary>Takes over one reference to the batch, and makes room for it.</summary>
    internal void Append(SpanBatch batch)
    {
        lock (_gate)
        {
            Add(batch);
        }
        Wake();
    }

    /// <summary>
    /// The same, and completes when the batch is on disk, or every receiver has it; with false, when it may be lost.
    /// </summary>
    internal Task<bool> Keep(SpanBatch batch)
    {
        Task<bool> kept;
        lock (_gate)
        {
            Add(batch);
            kept = _promises.Until(_end);
        }
        Wake();
        return kept;
    }

    /// <summary>
    /// Whether so much more fits, in memory until it is written and on disk, beside what no receiver has: what some have, and
    /// others lack, makes room.
    /// </summary>
    internal bool HasRoom(int bytes)
    {
        lock (_gate)
        {
            return (_pending.Count == 0 || _pendingBytes + bytes <= _options.MaxPendingBytes) &&
                _files.LengthFrom(_readers.Max(reader => reader.Settled)) + _pendingBytes + bytes <= _options.MaxBytes - _options.SegmentBytes;
        }
    }

    private void Add(SpanBatch batch)
    {
        while (_pending.Count > 0 && _pendingBytes + batch.Capacity > _options.MaxPendingBytes)
        {
            _promises.Break(_pending[0].FirstSpan + _pending[0].Batch.Spans);
            RemoveOldest();
        }
        _pending.Add((_end, batch));
        _pendingBytes += batch.Capacity;
        _end += batch.Spans;
    }

    private void Wake()
    {
        _changed.Set();
        if (_pendingBytes > _options.MaxPendingBytes / 2)
        {
            _urgent.Set();
        }
        foreach (var reader in _readers)
        {
            reader.Wake();
        }
    }

    /// <summary>
    /// Where span <paramref name="next"/> is. In memory: adds references to what may be taken from there to
    /// <paramref name="held"/>, of which <paramref name="span"/> is the first. In a file: that is its end, as of now. Nowhere:
    /// what will be appended next.
    /// </summary>
    internal SpoolPlace Locate(long next, List<SpanBatch> held, int maxSpans, int maxBytes, out SpoolSegment? segment, out long span)
    {
        lock (_gate)
        {
            segment = _files.Find(next);
            if (segment is not null)
            {
                span = segment.EndSpan;
                return SpoolPlace.File;
            }
            (span, var spans, var bytes) = (_end, 0, 0);
            foreach (var (first, batch) in _pending)
            {
                if (first < next)
                {
                    continue;
                }
                spans += batch.Spans;
                bytes += batch.Encoded.Length;
                if (held.Count > 0 && (spans > maxSpans || bytes > maxBytes))
                {
                    break;
                }
                span = held.Count == 0 ? first : span;
                batch.AddReference();
                held.Add(batch);
            }
            return held.Count > 0 ? SpoolPlace.Memory : SpoolPlace.Nowhere;
        }
    }

    internal long LengthOf(SpoolSegment segment)
    {
        lock (_gate)
        {
            return segment.Length;
        }
    }

    /// <summary>Whether it has not made room.</summary>
    internal bool Lists(SpoolSegment segment)
    {
        lock (_gate)
        {
            return _files.Find(segment.FirstSpan) == segment;
        }
    }

    /// <summary>Why a span that is in no file and not in memory is not there.</summary>
    internal DropReason WhyMissing(long span)
    {
        lock (_gate)
        {
            return span < _files.EvictedBelow ? DropReason.Evicted : DropReason.QueueFull;
        }
    }

    /// <summary>A receiver needs less than before.</summary>
    internal void Advanced()
    {
        _promises.Keep(_readers.Min(reader => reader.Settled));
        if (_files.Any)
        {
            _changed.Set();
        }
    }

    internal bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries) => _files.TrySetAside(entries);

    /// <summary>The same trouble is reported once.</summary>
    internal void Complain(string trouble)
    {
        if (trouble != _complaint)
        {
            _log($"queue: {_options.Directory}: {trouble}");
        }
        (_complaint, _troubledAt) = (trouble, Environment.TickCount64);
    }

    /// <summary>Writes what is left. The tasks of the receivers must have ended.</summary>
    public void Dispose()
    {
        _stopping = true;
        _changed.Set();
        _urgent.Set();
        _writer.Join();
        var written = _pending.Count > 0 ? _pending[0].FirstSpan : _end;
        foreach (var reader in _readers)
        {
            reader.Forget(_files.EvictedBelow, written, _end);
            reader.Dispose();
        }
        while (_pending.Count > 0)
        {
            RemoveOldest();
        }
        _promises.Break(_end);
        _files.Dispose();
        _changed.Dispose();
        _urgent.Dispose();
    }

    private static Spool Begin(SpoolOptions options, IReadOnlyList<(string Name, Ledger Ledger)> receivers, Action<string> log)
    {
        var spool = new Spool(options, log);
        var positions = receivers.Select(receiver => SpoolPosition.Open(options.Directory, receiver.Name)).ToArray();
        spool._end = Math.Max(spool._files.End, positions.Max(position => position.Saved ?? 0));
        for (var i = 0; i < positions.Length; i++)
        {
            // What it had before it was last saved, it has; what has made room was counted by the run in which it did.
            var first = spool._files.First is { } oldest ? Math.Max(positions[i].Saved ?? oldest, oldest) : spool._end;
            var reader = new SpoolReader(spool, first, receivers[i].Ledger, positions[i]);
            receivers[i].Ledger.Recover(spool._end - first, () => reader.Waiting(spool.EndOfFiles()));
            spool._readers.Add(reader);
        }
        spool._writer.Start();
        return spool;
    }

    // The file changes, the trouble is the same.
    private static string WithoutPath(string message)
    {
        var path = message.IndexOf(" : '", StringComparison.Ordinal);
        return path < 0 ? message : message[..path];
    }

    private long EndOfFiles()
    {
        lock (_gate)
        {
            return _files.End;
        }
    }

    private void Run()
    {
        var patience = _options.MaxAge is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(10);
        while (!_stopping)
        {
            _changed.WaitOne(_complaint is null ? patience : TimeSpan.FromSeconds(1));
            if (!_stopping)
            {
                _urgent.WaitOne(_options.SyncInterval);
            }
            try
            {
                Write();
                Calm();
            }
            catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
            {
                Complain($"{WithoutPath(trouble.Message)}; spans wait in memory");
            }
        }
    }

    // A disk that is almost full takes one thing and not the next: it is well again when that has been over for a while.
    private void Calm()
    {
        if (_complaint is not null && Environment.TickCount64 - _troubledAt > CalmMilliseconds)
        {
            _complaint = null;
            _log($"queue: {_options.Directory} can be written again");
        }
    }

    private void Write()
    {
        var settled = _readers.Min(reader => reader.Settled);
        var end = 0L;
        lock (_gate)
        {
            end = _end;
            foreach (var (first, batch) in _pending)
            {
                batch.AddReference();
                _writing.Add((first, batch));
            }
        }
        try
        {
            foreach (var (first, batch) in _writing)
            {
                if (first + batch.Spans > settled)
                {
                    _files.Write(first, batch.Spans, batch.Encoded);
                }
            }
        }
        finally
        {
            Conclude(settled);
        }
        _promises.Keep(end);
        if (_files.Any)
        {
            // First where receivers are, then what they need no more: never the other way round.
            _readers.ForEach(reader => reader.Position.Save(Math.Max(reader.Position.Saved ?? 0, reader.Settled)));
        }
        _files.Clean(settled);
        _readers.ForEach(reader => reader.Evict(_files.EvictedBelow));
    }

    // After a write that failed, too: what was written before it need not wait in memory, but only once the disk has it.
    private void Conclude(long settled)
    {
        try
        {
            _files.Sync();
        }
        finally
        {
            _writing.ForEach(one => one.Batch.Release());
            _writing.Clear();
            lock (_gate)
            {
                var safe = Math.Max(settled, _files.End);
                while (_pending.Count > 0 && _pending[0].FirstSpan + _pending[0].Batch.Spans <= safe)
                {
                    RemoveOldest();
                }
            }
        }
    }

    private void RemoveOldest()
    {
        var batch = _pending[0].Batch;
        _pending.RemoveAt(0);
        _pendingBytes -= batch.Capacity;
        batch.Release();
    }
}
