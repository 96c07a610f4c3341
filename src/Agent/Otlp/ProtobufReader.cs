// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;

namespace Agent.Otlp;

/// <summary>
/// Walks the fields of one protobuf message. It may hold anything: malformed input ends the walk, it never throws.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    public const int BytesWire = 2;

    private const int VarintWire = 0;
    private const int Fixed64Wire = 1;
    private const int Fixed32Wire = 5;
    private const int MaxVarintSize = 10;
    private const ulong LargestField = (1 << 29) - 1;

    private ReadOnlySpan<byte> _rest = message;

    /// <summary>The walk ended before the message did.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Number of the field that <see cref="Next"/> stopped at.</summary>
    public int Field { get; private set; }

    /// <summary>How the value is encoded; <see cref="BytesWire"/> for strings, bytes and messages.</summary>
    public int Wire { get; private set; }

    /// <summary>The whole field: tag and value.</summary>
    public ReadOnlySpan<byte> Raw { get; private set; }

    /// <summary>Value of a varint or fixed field.</summary>
    public ulong Number { get; private set; }

    /// <summary>Content of a string, bytes or message field; empty for others.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Bytes behind that field.</summary>
    public readonly int Rest => _rest.Length;

    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var field = _rest;
        IsMalformed = !TryTake();
        Raw = field[..^_rest.Length];
        return !IsMalformed;
    }

    private bool TryTake()
    {
        if (!TryReadVarint(out var tag) || tag >> 3 is 0 or > LargestField)
        {
            return false;
        }

        Field = (int)(tag >> 3);
        Wire = (int)(tag & 7);
        Bytes = default;
        Number = 0;
        return Wire switch
        {
            VarintWire => TakeVarint(),
            Fixed64Wire => TakeFixed(sizeof(ulong)),
            BytesWire => TakeBytes(),
            Fixed32Wire => TakeFixed(sizeof(uint)),
            _ => false,
        };
    }

    private bool TakeVarint()
    {
        var isWhole = TryReadVarint(out var value);
        Number = value;
        return isWhole;
    }

    private bool TakeFixed(int size)
    {
        if (_rest.Length < size)
        {
            return false;
        }

        Number = size == sizeof(uint)
            ? BinaryPrimitives.ReadUInt32LittleEndian(_rest)
            : BinaryPrimitives.ReadUInt64LittleEndian(_rest);
        _rest = _rest[size..];
        return true;
    }

    private bool TakeBytes()
    {
        if (!TryReadVarint(out var size) || size > (ulong)_rest.Length)
        {
            return false;
        }

        Bytes = _rest[..(int)size];
        _rest = _rest[(int)size..];
        return true;
    }

    private bool TryReadVarint(out ulong value)
    {
        value = 0;
        for (var i = 0; i < Math.Min(_rest.Length, MaxVarintSize); i++)
        {
            value |= (ulong)(_rest[i] & 0x7f) << (7 * i);
            if (_rest[i] < 0x80)
            {
                _rest = _rest[(i + 1)..];
                return true;
            }
        }

        return false;
    }
}
