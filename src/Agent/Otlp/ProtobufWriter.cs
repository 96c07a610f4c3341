// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format into memory of the caller, for the generated field writers.
//
// A write that does not fit writes nothing and sets Overflowed; from then on every write is a no-op, so
// a caller checks once per span and goes back to where the span began. A nested message is opened with
// room for its length, which End fills in: Begin keeps four bytes, a varint with leading zeros (valid,
// and nothing moves); BeginShort keeps one byte and moves the content when 128 bytes were reached.
//
// Each write has two halves: the inlined one takes a tag of one byte, which all but a few fields have and
// which is a constant there, and a value or length of one byte; the other takes everything.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace Agent.Otlp;

/// <summary>Writes tags and values; never throws, never allocates, never writes past the end.</summary>
internal ref struct ProtobufWriter(Span<byte> buffer)
{
    private const int OneByte = 0x80;
    private const int PaddedLengthSize = 4;
    private const int LargestPaddedLength = (1 << (7 * PaddedLengthSize)) - 1;

    private readonly Span<byte> _buffer = buffer;
    private int _limit = buffer.Length;
    private int _position;

    /// <summary>Bytes written so far.</summary>
    public readonly int Position => _position;

    /// <summary>Something did not fit since the start, or since the last Rewind.</summary>
    public bool Overflowed { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[.._position];

    /// <summary>Forgets everything behind the position, an overflow too. Tokens opened behind it are void.</summary>
    public void Rewind(int position)
    {
        if ((uint)position <= (uint)_position)
        {
            _position = position;
            _limit = _buffer.Length;
            Overflowed = false;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteVarint(uint tag, ulong value)
    {
        if (tag < OneByte && value < OneByte && _limit - _position >= 2)
        {
            TwoBytes(tag, (uint)value);
        }
        else
        {
            WriteAnyVarint(tag, value);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFixed32(uint tag, uint value)
    {
        if (TryReserve(TagSize(tag) + sizeof(uint)))
        {
            Varint(tag);
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer[_position..], value);
            _position += sizeof(uint);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteFixed64(uint tag, ulong value)
    {
        if (TryReserve(TagSize(tag) + sizeof(ulong)))
        {
            Varint(tag);
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer[_position..], value);
            _position += sizeof(ulong);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteBytes(uint tag, scoped ReadOnlySpan<byte> value)
    {
        if (tag < OneByte && value.Length < OneByte && _limit - _position >= value.Length + 2)
        {
            TwoBytes(tag, (uint)value.Length);
            value.CopyTo(_buffer[_position..]);
            _position += value.Length;
        }
        else
        {
            WriteAnyBytes(tag, value);
        }
    }

    /// <summary>Room for <paramref name="size"/> bytes that the caller fills; empty when they do not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Take(int size)
    {
        if (!TryReserve(size))
        {
            return default;
        }

        var room = _buffer.Slice(_position, size);
        _position += size;
        return room;
    }

    /// <summary>A field as it was read.</summary>
    public void Write(scoped ReadOnlySpan<byte> field)
    {
        var room = Take(field.Length);
        if (!room.IsEmpty)
        {
            field.CopyTo(room);
        }
    }

    /// <summary>False, and nothing written, when the value is not UTF-8: a reader would refuse the whole message.</summary>
    public bool TryWriteString(uint tag, scoped ReadOnlySpan<byte> value)
    {
        var valid = Utf8.IsValid(value);
        if (valid)
        {
            WriteBytes(tag, value);
        }

        return valid;
    }

    public ProtobufToken Begin(uint tag) => Begin(tag, PaddedLengthSize);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ProtobufToken BeginShort(uint tag) => Begin(tag, 1);

    /// <summary>Closes the message opened last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void End(ProtobufToken token)
    {
        var length = _position - token.Start;
        if (token.LengthSize == 1 && length < OneByte && !Overflowed)
        {
            _buffer[token.Start - 1] = (byte)length;
        }
        else
        {
            EndAny(token, length);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ProtobufToken Begin(uint tag, int lengthSize)
    {
        if (TryReserve(TagSize(tag) + lengthSize))
        {
            Varint(tag);
            _position += lengthSize;
        }

        return new ProtobufToken(_position, lengthSize);
    }

    private void EndAny(ProtobufToken token, int length)
    {
        if (Overflowed)
        {
            return;
        }

        if (token.LengthSize == 1)
        {
            MoveForLength(token.Start, length);
        }
        else if (length > LargestPaddedLength)
        {
            Overflow();
        }
        else
        {
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer[(token.Start - PaddedLengthSize)..], Padded((uint)length));
        }
    }

    private void MoveForLength(int start, int length)
    {
        var more = VarintSize((uint)length) - 1;
        if (TryReserve(more))
        {
            _buffer.Slice(start, length).CopyTo(_buffer[(start + more)..]);
            _position = start - 1;
            Varint((uint)length);
            _position += length;
        }
    }

    private void WriteAnyVarint(uint tag, ulong value)
    {
        if (TryReserve(VarintSize(tag) + VarintSize(value)))
        {
            Varint(tag);
            Varint(value);
        }
    }

    private void WriteAnyBytes(uint tag, scoped ReadOnlySpan<byte> value)
    {
        if (TryReserve((long)VarintSize(tag) + VarintSize((uint)value.Length) + value.Length))
        {
            Varint(tag);
            Varint((uint)value.Length);
            value.CopyTo(_buffer[_position..]);
            _position += value.Length;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReserve(long size)
    {
        if (size <= _limit - _position)
        {
            return true;
        }

        Overflow();
        return false;
    }

    private void Overflow()
    {
        Overflowed = true;
        _limit = _position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void TwoBytes(uint first, uint second)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer[_position..], (ushort)(first | (second << 8)));
        _position += 2;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Varint(ulong value)
    {
        if (value < OneByte)
        {
            _buffer[_position++] = (byte)value;
        }
        else
        {
            LongVarint(value);
        }
    }

    private void LongVarint(ulong value)
    {
        for (; value >= OneByte; value >>= 7)
        {
            _buffer[_position++] = (byte)(value | OneByte);
        }

        _buffer[_position++] = (byte)value;
    }

    /// <summary>Four groups of seven bits; all but the last say that more follows.</summary>
    private static uint Padded(uint length) =>
        (length & 0x7f) | ((length & 0x3f80) << 1) | ((length & 0x1fc000) << 2) | ((length & 0xfe00000) << 3) | 0x808080;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int TagSize(uint tag) => tag < OneByte ? 1 : VarintSize(tag);

    /// <summary>One byte per seven bits, at least one; 9 / 64 is close enough to 1 / 7 for 64 bits.</summary>
    private static int VarintSize(ulong value) => (int)((((uint)BitOperations.Log2(value | 1) * 9) + 73) / 64);
}
