// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.IO.Compression;

namespace Agent.Delivery.Exporters;

/// <summary>The body of a request that must be made before it can be sent: rented pieces, given back by <see cref="Clear"/>.</summary>
internal sealed class BodyBuffer : Stream, IBufferWriter<byte>
{
    private const int PieceSize = 64 * 1024;

    private readonly List<byte[]> _pieces = [];
    private readonly List<ReadOnlyMemory<byte>> _parts = [];
    private int _used; // of the last piece, which is not in _parts yet
    private long _size;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _size;

    public override long Position
    {
        get => _size;
        set => throw new NotSupportedException();
    }

    /// <summary>What was written; nothing may be written after that until <see cref="Clear"/>.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Finish()
    {
        ClosePiece();
        return _parts;
    }

    public void Compress(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using var gzip = new GZipStream(this, CompressionLevel.Fastest, leaveOpen: true);
        foreach (var part in parts)
        {
            gzip.Write(part.Span);
        }
    }

    public void Clear()
    {
        _pieces.ForEach(piece => ArrayPool<byte>.Shared.Return(piece));
        _pieces.Clear();
        _parts.Clear();
        (_used, _size) = (0, 0);
    }

    public void Advance(int count)
    {
        _used += count;
        _size += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        var wanted = Math.Max(sizeHint, 1);
        if (_pieces.Count == 0 || _pieces[^1].Length - _used < wanted)
        {
            ClosePiece();
            _pieces.Add(ArrayPool<byte>.Shared.Rent(Math.Max(wanted, PieceSize)));
        }

        return _pieces[^1].AsMemory(_used);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var room = GetSpan();
            var size = Math.Min(room.Length, buffer.Length);
            buffer[..size].CopyTo(room);
            Advance(size);
            buffer = buffer[size..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        Clear();
        base.Dispose(disposing);
    }

    private void ClosePiece()
    {
        if (_used > 0)
        {
            _parts.Add(_pieces[^1].AsMemory(0, _used));
            _used = 0;
        }
    }
}
