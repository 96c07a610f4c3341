// SPDX-License-Identifier: Apache-2.0
// Memory of the C library: it is given back at once, while arrays of some size stay with the pool or the collector, and bodies
// may be of megabytes. Whoever makes a buffer disposes of it, once, when nothing uses its memory any more.
using System.Buffers;
using System.Runtime.InteropServices;

namespace Agent.Ingest;

/// <summary>Bytes that are read or converted: grows as needed, within one limit of its own and one of all.</summary>
internal sealed unsafe class IngestBuffer(IngestMemory memory, int limit) : MemoryManager<byte>
{
    private const int FirstSize = 4 * 1024;

    private byte* _bytes;
    private int _capacity;
    private int _start;
    private int _end;

    public int Size => _end - _start;

    /// <summary>Why it did not grow: true: it is as large as it may be; false: there is no memory now.</summary>
    public bool IsAtLimit { get; private set; }

    public Span<byte> Written => new(_bytes + _start, Size);

    /// <summary>What may be written to before <see cref="Advance"/>.</summary>
    public Span<byte> Free => new(_bytes + _end, _capacity - _end);

    public ReadOnlyMemory<byte> WrittenMemory => Memory[_start.._end];

    /// <summary>False when there is no room, see <see cref="IsAtLimit"/>; then nothing changed.</summary>
    public bool TryReserve(int more)
    {
        if (_capacity - _end >= more)
        {
            return true;
        }

        if (more > limit - _end)
        {
            IsAtLimit = true;
            return false;
        }

        var wanted = (int)Math.Min(limit, Math.Max(Math.Max(FirstSize, 2L * _capacity), (long)_end + more));
        if (!memory.TryTake(wanted - _capacity))
        {
            return false;
        }

        _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)wanted);
        _capacity = wanted;
        return true;
    }

    public bool TryAppend(ReadOnlySpan<byte> bytes)
    {
        if (!TryReserve(bytes.Length))
        {
            return false;
        }

        bytes.CopyTo(Free);
        _end += bytes.Length;
        return true;
    }

    public void Advance(int size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)size, (uint)(_capacity - _end), nameof(size));
        _end += size;
    }

    /// <summary>Forgets the first bytes, without making room.</summary>
    public void Skip(int size) => _start = Math.Min(_start + size, _end);

    /// <summary>Makes room of what was skipped.</summary>
    public void Compact()
    {
        Written.CopyTo(new Span<byte>(_bytes, _capacity));
        (_start, _end) = (0, Size);
    }

    public void Release() => ((IDisposable)this).Dispose();

    public override Span<byte> GetSpan() => new(_bytes, _capacity);

    public override MemoryHandle Pin(int elementIndex = 0) => new(_bytes + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_bytes);
        memory.Return(_capacity);
        _bytes = null;
        _capacity = _start = _end = 0;
    }
}
