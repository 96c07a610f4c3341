// SPDX-License-Identifier: Apache-2.0
// The files of a spool. Its thread writes them; what others see of them changes under the spool's lock.
using System.Diagnostics;
using Agent.Bpf;
using Microsoft.Win32.SafeHandles;

namespace Agent.Delivery.Queues;

/// <summary>Segments in order; the last one may be open for writing.</summary>
internal sealed class SpoolFiles : IDisposable
{
    private static readonly byte[] Filling = new byte[SpoolRecord.Alignment];
    private readonly Lock _gate;
    private readonly SpoolOptions _options;
    private readonly SafeFileHandle _lock;
    private readonly List<string> _doomed = [];
    private readonly List<SpoolSegment> _segments;
    private readonly ReadOnlyMemory<byte>[] _parts = new ReadOnlyMemory<byte>[3];
    private readonly RefusedFiles _refused;
    private readonly byte[] _header = new byte[SpoolRecord.HeaderSize];
    private SafeFileHandle? _file;
    private SpoolSegment? _open;
    private long _openLength;
    private long _openEnd;

    private SpoolFiles(SpoolOptions options, Lock gate, SafeFileHandle held, List<SpoolSegment> segments, Action<string> log)
    {
        (_options, _gate, _lock, _segments) = (options, gate, held, segments);
        _refused = new RefusedFiles(Path.Combine(options.Directory, "refused"), line => log($"queue: {line}"));
    }

    internal bool Any => _segments.Count > 0;

    /// <summary>Null: there is no file.</summary>
    internal long? First => Any ? _segments[0].FirstSpan : null;

    /// <summary>Of the last span in a file; 0: there is none.</summary>
    internal long End => Any ? _segments[^1].EndSpan : 0;

    internal SpoolWork Work { get; } = new();

    /// <summary>Older spans have made room for younger ones.</summary>
    internal long EvictedBelow { get; private set; }

    /// <param name="gate">Held by who asks about files, and here when they change.</param>
    internal static SpoolFiles Open(SpoolOptions options, Lock gate, Action<string> log)
    {
        DurableFolder.Make(options.Directory);
        var held = File.OpenHandle(Path.Combine(options.Directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var segments = SpoolSegment.Find(options);
        if (segments.Count > 0 && SpoolRecovery.Mend(segments[^1]) is var torn and > 0)
        {
            log($"queue: {segments[^1].Path}: the last {torn} bytes were not written whole, and are cut off");
        }
        return new SpoolFiles(options, gate, held, segments, log);
    }

    /// <summary>The first file with a span that is not before this one.</summary>
    internal SpoolSegment? Find(long span)
    {
        foreach (var segment in _segments)
        {
            if (segment.EndSpan > span)
            {
                return segment;
            }
        }
        return null;
    }

    /// <summary>Bytes of files with spans that are not before this one.</summary>
    internal long LengthFrom(long span) => _segments.Sum(segment => segment.EndSpan > span ? segment.Length : 0);

    /// <summary>Throws <see cref="IOException"/> when the disk does not take it.</summary>
    internal void Write(long firstSpan, int spans, ReadOnlyMemory<byte> entry)
    {
        var record = SpoolRecord.Of(firstSpan, spans, entry.Span);
        if (_open is null || _openLength + record.Size > _options.SegmentBytes || _options.Now - _open.BegunAt > _options.SegmentAge.TotalMilliseconds)
        {
            Begin(firstSpan);
        }
        record.Write(_header);
        (_parts[0], _parts[1]) = (_header, entry);
        _parts[2] = Filling.AsMemory(0, record.Size - SpoolRecord.HeaderSize - entry.Length);
        RandomAccess.Write(_file!, _parts, _openLength);
        _openLength += record.Size;
        _openEnd = record.EndSpan;
        Work.Bytes += record.Size;
    }

    /// <summary>
    /// Waits until the disk has everything, and lets readers see it. Throws <see cref="IOException"/> when the disk does not take it:
    /// the kernel says so once, and may have given up the bytes, so they are to be written anew, to another file.
    /// </summary>
    internal void Sync()
    {
        if (_file is null || _openLength == _open!.Length)
        {
            return;
        }
        try
        {
            FlushToDisk(_file);
        }
        catch (IOException)
        {
            Abandon(_file, _open);
            throw;
        }
        lock (_gate)
        {
            (_open.Length, _open.EndSpan, _open.WrittenAt) = (_openLength, _openEnd, _options.Now);
        }
    }

    /// <summary>Deletes what every receiver has, and then the oldest, as far as size and age ask for it.</summary>
    internal void Clean(long settled)
    {
        lock (_gate)
        {
            Choose(settled);
        }
        _doomed.ForEach(File.Delete);
        _doomed.Clear();
    }

    /// <summary>In a file of their own, beside the queue.</summary>
    internal bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries) => _refused.TryAdd(entries);

    public void Dispose()
    {
        Close();
        _lock.Dispose();
    }

    private void Choose(long settled)
    {
        while (Any && _segments[0].EndSpan <= settled && (_segments[0] != _open || _openLength > _options.SegmentBytes / 2))
        {
            RemoveOldest();
        }
        var size = _segments.Sum(segment => segment.Length);
        var oldest = _options.MaxAge is { } age ? _options.Now - (long)age.TotalMilliseconds : long.MinValue;
        while (Any && (size > _options.MaxBytes || _segments[0].WrittenAt < oldest))
        {
            size -= _segments[0].Length;
            EvictedBelow = _segments[0].EndSpan;
            RemoveOldest();
        }
    }

    private void FlushToDisk(SafeFileHandle file)
    {
        var began = Stopwatch.GetTimestamp();
        RandomAccess.FlushToDisk(file);
        Work.Syncs++;
        Work.SyncTime += Stopwatch.GetElapsedTime(began);
    }

    private void Begin(long firstSpan)
    {
        Sync();
        Close();
        var segment = SpoolSegment.Create(_options, firstSpan);
        var file = File.OpenHandle(segment.Path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            LibC.SyncDirectory(_options.Directory);
        }
        catch (IOException)
        {
            file.Dispose();
            throw;
        }
        (_file, _open, _openLength, _openEnd) = (file, segment, 0, firstSpan);
        lock (_gate)
        {
            _segments.Add(segment);
        }
    }

    // An empty one leaves the list first: the next may have its name. What cannot be cut off or deleted does no harm, because spans
    // are known by their numbers.
    private void Abandon(SafeFileHandle file, SpoolSegment segment)
    {
        lock (_gate)
        {
            _ = segment.Length > 0 || _segments.Remove(segment);
        }
        try
        {
            RandomAccess.SetLength(file, segment.Length);
            if (segment.Length == 0)
            {
                File.Delete(segment.Path);
            }
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
        }
        Close();
    }

    private void Close()
    {
        _file?.Dispose();
        (_file, _open) = (null, null);
    }

    private void RemoveOldest()
    {
        var segment = _segments[0];
        if (segment == _open)
        {
            Close();
        }
        _doomed.Add(segment.Path);
        _segments.RemoveAt(0);
    }
}
