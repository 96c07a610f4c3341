// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>The Attributes message of OpenCensus, as KeyValue messages in a field of any message.</summary>
internal static class OpenCensusAttributes
{
    /// <summary>Returns how many the sender left out.</summary>
    public static uint Write(ReadOnlySpan<byte> attributes, int field, ref ProtobufWriter writer)
    {
        var dropped = 0U;
        var fields = new ProtobufReader(attributes);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.AttributesMap)
            {
                WriteEntry(fields.Bytes, field, ref writer);
            }
            else if (fields.Field == OpenCensusFields.AttributesDropped)
            {
                dropped = (uint)fields.Number;
            }
        }

        return dropped;
    }

    public static void WriteText(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, int field, ref ProtobufWriter writer)
    {
        var (attribute, value) = Begin(key, field, ref writer);
        AnyValueFields.WriteStringValue(ref writer, text);
        writer.End(value);
        writer.End(attribute);
    }

    public static void WriteInteger(ReadOnlySpan<byte> key, ulong number, int field, ref ProtobufWriter writer)
    {
        var (attribute, value) = Begin(key, field, ref writer);
        AnyValueFields.WriteIntValue(ref writer, (long)number);
        writer.End(value);
        writer.End(attribute);
    }

    public static void WriteTruth(ReadOnlySpan<byte> key, bool truth, ref ProtobufWriter writer)
    {
        var (attribute, value) = Begin(key, SpanFields.Attributes, ref writer);
        AnyValueFields.WriteBoolValue(ref writer, truth);
        writer.End(value);
        writer.End(attribute);
    }

    private static void WriteEntry(ReadOnlySpan<byte> entry, int field, ref ProtobufWriter writer)
    {
        ReadOnlySpan<byte> key = default, encoded = default;
        var fields = new ProtobufReader(entry);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.MapKey)
            {
                key = fields.Bytes;
            }
            else if (fields.Field == OpenCensusFields.MapValue)
            {
                encoded = fields.Bytes;
            }
        }

        var (attribute, value) = Begin(key, field, ref writer);
        WriteValue(encoded, ref writer);
        writer.End(value);
        writer.End(attribute);
    }

    private static void WriteValue(ReadOnlySpan<byte> encoded, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(encoded);
        switch (fields.Next() ? fields.Field : 0)
        {
            case OpenCensusFields.ValueText:
                var text = new ProtobufReader(fields.Bytes);
                AnyValueFields.WriteStringValue(ref writer, text.Next() && text.Field == OpenCensusFields.TextValue ? text.Bytes : default);
                break;
            case OpenCensusFields.ValueInteger:
                AnyValueFields.WriteIntValue(ref writer, (long)fields.Number);
                break;
            case OpenCensusFields.ValueTruth:
                AnyValueFields.WriteBoolValue(ref writer, fields.Number != 0);
                break;
            case OpenCensusFields.ValueFraction:
                AnyValueFields.WriteDoubleValue(ref writer, BitConverter.UInt64BitsToDouble(fields.Number));
                break;
            default:
                break;
        }
    }

    private static (ProtobufToken Attribute, ProtobufToken Value) Begin(ReadOnlySpan<byte> key, int field, ref ProtobufWriter writer)
    {
        var attribute = writer.BeginShort(((uint)field << 3) | ProtobufReader.BytesWire);
        KeyValueFields.WriteKey(ref writer, key);
        return (attribute, KeyValueFields.BeginShortValue(ref writer));
    }
}
