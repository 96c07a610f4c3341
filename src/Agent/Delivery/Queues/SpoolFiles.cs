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

    private SpoolFiles(SpoolOptions options, Lock gate, SafeFileHandle held, List<SpoolSegment> segments)
    {
        (_options, _gate, _lock, _segments) = (options, gate, held, segments);
        _refused = new RefusedFiles(Path.Combine(options.Directory, "refused"));
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
        // What requests said stands in there.
        Directory.CreateDirectory(options.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var held = File.OpenHandle(Path.Combine(options.Directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        var segments = SpoolSegment.Find(options);
        if (segments.Count > 0 && SpoolRecovery.Mend(segments[^1]) is var torn and > 0)
        {
            log($"queue: {segments[^1].Path}: the last {torn} bytes were not written whole, and are cut off");
        }
        return new SpoolFiles(options, gate, held, segments);
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

    /// <summary>Waits until the disk has everything.</summary>
    internal void Sync()
    {
        if (_file is not null && _openLength > _open!.Length)
        {
            FlushToDisk(_file);
        }
    }

    /// <summary>Lets readers see what has been written whole.</summary>
    internal void Publish()
    {
        lock (_gate)
        {
            if (_open is not null && _openLength > _open.Length)
            {
                (_open.Length, _open.EndSpan, _open.WrittenAt) = (_openLength, _openEnd, _options.Now);
            }
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

    /// <summary>A file of its own, beside the queue.</summary>
    internal void SetAside(ReadOnlyMemory<byte> entry) => _refused.TryAdd(entry.Span);

    public void Dispose()
    {
        _file?.Dispose();
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
        if (_file is not null)
        {
            FlushToDisk(_file);
            Publish();
            _file.Dispose();
            (_file, _open) = (null, null);
        }
        var segment = SpoolSegment.Create(_options, firstSpan);
        _file = File.OpenHandle(segment.Path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        LibC.SyncDirectory(_options.Directory);
        (_open, _openLength, _openEnd) = (segment, 0, firstSpan);
        lock (_gate)
        {
            _segments.Add(segment);
        }
    }

    private void RemoveOldest()
    {
        var segment = _segments[0];
        if (segment == _open)
        {
            _file!.Dispose();
            (_file, _open) = (null, null);
        }
        _doomed.Add(segment.Path);
        _segments.RemoveAt(0);
    }
}
