// SPDX-License-Identifier: Apache-2.0
// A span has about twenty attributes, so this is where the time of writing one goes. Nearly all are so short that every
// length is one byte and known in advance: such an attribute is laid out in one step, with one look at the room left.
// The general way, through nested messages, is taken by the few long ones.
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Agent.Otlp;

/// <summary>Writes entries of Span.attributes.</summary>
internal static class AttributeWriter
{
    private const byte AttributeTag = (SpanFields.Attributes << 3) | ProtobufReader.BytesWire;
    private const byte KeyTag = (KeyValueFields.Key << 3) | ProtobufReader.BytesWire;
    private const byte ValueTag = (KeyValueFields.Value << 3) | ProtobufReader.BytesWire;
    private const byte StringTag = (AnyValueFields.StringValue << 3) | ProtobufReader.BytesWire;
    private const byte IntTag = AnyValueFields.IntValue << 3;
    private const int MaxShort = 0x7f;

    /// <summary>The caller knows that the value is UTF-8.</summary>
    public static void WriteText(
        scoped ref ProtobufWriter writer, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> utf8)
    {
        // tag size [ tag size key | tag size [ tag size text ] ]
        var size = key.Length + utf8.Length + 6;
        if (size > MaxShort)
        {
            WriteLongText(ref writer, key, utf8);
            return;
        }

        var room = writer.Take(size + 2);
        if (room.IsEmpty)
        {
            return;
        }

        ref var start = ref MemoryMarshal.GetReference(room);
        ref var value = ref WriteKey(ref start, size, key);
        FourBytes(ref value, ValueTag, utf8.Length + 2, StringTag, utf8.Length);
        ShortCopy.Copy(ref Unsafe.Add(ref value, 4), utf8);
    }

    public static void WriteInteger(scoped ref ProtobufWriter writer, scoped ReadOnlySpan<byte> key, long number)
    {
        var numberSize = SizeOf((ulong)number);
        var size = key.Length + numberSize + 5;
        if (size > MaxShort)
        {
            WriteLongInteger(ref writer, key, number);
            return;
        }

        var room = writer.Take(size + 2);
        if (room.IsEmpty)
        {
            return;
        }

        ref var start = ref MemoryMarshal.GetReference(room);
        ref var value = ref WriteKey(ref start, size, key);
        value = ValueTag;
        Unsafe.Add(ref value, 1) = (byte)(numberSize + 1);
        Unsafe.Add(ref value, 2) = IntTag;
        value = ref Unsafe.Add(ref value, 3);
        var rest = (ulong)number;
        for (; rest >= 0x80; rest >>= 7)
        {
            value = (byte)(rest | 0x80);
            value = ref Unsafe.Add(ref value, 1);
        }

        value = (byte)rest;
    }

    /// <summary>Ports, statuses and sizes are small: comparing is quicker than counting bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SizeOf(ulong number) =>
        number < 1 << 7 ? 1
        : number < 1 << 14 ? 2
        : number < 1 << 21 ? 3
        : ((BitOperations.Log2(number) * 9) + 73) / 64;

    /// <summary>Writes the head of the attribute and its key; returns where the value begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte WriteKey(ref byte start, int size, ReadOnlySpan<byte> key)
    {
        FourBytes(ref start, AttributeTag, size, KeyTag, key.Length);
        ShortCopy.Copy(ref Unsafe.Add(ref start, 4), key);
        return ref Unsafe.Add(ref start, 4 + key.Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourBytes(ref byte target, int first, int second, int third, int fourth)
    {
        var bytes = (uint)(first | (second << 8) | (third << 16) | (fourth << 24));
        Unsafe.WriteUnaligned(ref target, BitConverter.IsLittleEndian ? bytes : BinaryPrimitives.ReverseEndianness(bytes));
    }

    private static void WriteLongText(
        scoped ref ProtobufWriter writer, scoped ReadOnlySpan<byte> key, scoped ReadOnlySpan<byte> utf8)
    {
        var attribute = SpanFields.BeginShortAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, key);
        var value = KeyValueFields.BeginShortValue(ref writer);
        AnyValueFields.WriteStringValue(ref writer, utf8);
        writer.End(value);
        writer.End(attribute);
    }

    private static void WriteLongInteger(scoped ref ProtobufWriter writer, scoped ReadOnlySpan<byte> key, long number)
    {
        var attribute = SpanFields.BeginShortAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, key);
        var value = KeyValueFields.BeginShortValue(ref writer);
        AnyValueFields.WriteIntValue(ref writer, number);
        writer.End(value);
        writer.End(attribute);
    }
}
