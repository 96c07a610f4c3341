// SPDX-License-Identifier: Apache-2.0
// Protobuf's wire format into memory of the caller, for the generated field writers.
//
// A write that does not fit writes nothing and sets Overflowed; from then on every write is a no-op, so
// a caller checks once per span and goes back to where the span began. A nested message is opened with
// room for its length, which End fills in: Begin keeps four bytes, a varint with leading zeros (valid,
// and nothing moves); BeginShort keeps one byte and moves the content when 128 bytes were reached.
using System.Buffers.Binary;
using System.Numerics;
using System.Text.Unicode;

namespace Agent.Otlp;

/// <summary>Writes tags and values; never throws, never allocates, never writes past the end.</summary>
internal ref struct ProtobufWriter(Span<byte> buffer)
{
    private const int PaddedLengthSize = 4;
    private const int LargestPaddedLength = (1 << (7 * PaddedLengthSize)) - 1;

    private readonly Span<byte> _buffer = buffer;
    private int _limit = buffer.Length;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    /// <summary>Something did not fit since the start, or since the last Rewind.</summary>
    public bool Overflowed { get; private set; }

    public readonly ReadOnlySpan<byte> Written => _buffer[..Position];

    /// <summary>Forgets everything behind the position, an overflow too. Tokens opened behind it are void.</summary>
    public void Rewind(int position)
    {
        if ((uint)position <= (uint)Position)
        {
            Position = position;
            _limit = _buffer.Length;
            Overflowed = false;
        }
    }

    public void WriteVarint(uint tag, ulong value)
    {
        if (TryReserve(VarintSize(tag) + VarintSize(value)))
        {
            Varint(tag);
            Varint(value);
        }
    }

    public void WriteFixed32(uint tag, uint value)
    {
        if (TryReserve(VarintSize(tag) + sizeof(uint)))
        {
            Varint(tag);
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer[Position..], value);
            Position += sizeof(uint);
        }
    }

    public void WriteFixed64(uint tag, ulong value)
    {
        if (TryReserve(VarintSize(tag) + sizeof(ulong)))
        {
            Varint(tag);
            BinaryPrimitives.WriteUInt64LittleEndian(_buffer[Position..], value);
            Position += sizeof(ulong);
        }
    }

    public void WriteBytes(uint tag, scoped ReadOnlySpan<byte> value)
    {
        if (TryReserve((long)VarintSize(tag) + VarintSize((uint)value.Length) + value.Length))
        {
            Varint(tag);
            Varint((uint)value.Length);
            value.CopyTo(_buffer[Position..]);
            Position += value.Length;
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

    public ProtobufToken BeginShort(uint tag) => Begin(tag, 1);

    /// <summary>Closes the message opened last.</summary>
    public void End(ProtobufToken token)
    {
        if (Overflowed)
        {
            return;
        }

        var length = Position - token.Start;
        if (token.LengthSize == 1)
        {
            EndShort(token.Start, length);
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

    private ProtobufToken Begin(uint tag, int lengthSize)
    {
        if (TryReserve(VarintSize(tag) + lengthSize))
        {
            Varint(tag);
            Position += lengthSize;
        }

        return new ProtobufToken(Position, lengthSize);
    }

    private void EndShort(int start, int length)
    {
        if (length < 0x80)
        {
            _buffer[start - 1] = (byte)length;
            return;
        }

        var more = VarintSize((uint)length) - 1;
        if (TryReserve(more))
        {
            _buffer.Slice(start, length).CopyTo(_buffer[(start + more)..]);
            Position = start - 1;
            Varint((uint)length);
            Position += length;
        }
    }

    private bool TryReserve(long size)
    {
        if (size <= _limit - Position)
        {
            return true;
        }

        Overflow();
        return false;
    }

    private void Overflow()
    {
        Overflowed = true;
        _limit = Position;
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _buffer[Position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[Position++] = (byte)value;
    }

    /// <summary>Four groups of seven bits; all but the last say that more follows.</summary>
    private static uint Padded(uint length) =>
        (length & 0x7f) | ((length & 0x3f80) << 1) | ((length & 0x1fc000) << 2) | ((length & 0xfe00000) << 3) | 0x808080;

    /// <summary>One byte per seven bits, at least one; 9 / 64 is close enough to 1 / 7 for 64 bits.</summary>
    private static int VarintSize(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;
}
