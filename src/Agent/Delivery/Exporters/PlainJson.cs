// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using Agent.Otlp;

namespace Agent.Delivery.Exporters;

/// <summary>Attributes as everybody would write them in JSON, not as OTLP does.</summary>
internal static class PlainJson
{
    private const int MaxDepth = 64;

    /// <param name="field">Of <paramref name="message"/>: that with the KeyValue messages.</param>
    public static void WriteObject(ReadOnlySpan<byte> message, int field, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        var pairs = new KeyValueReader(message, field);
        while (pairs.Next())
        {
            OtlpJson.WriteName(json, pairs.Key);
            WriteValue(pairs.Value, json);
        }

        json.WriteEndObject();
    }

    public static void WriteValue(ReadOnlySpan<byte> value, Utf8JsonWriter json)
    {
        var field = new ProtobufReader(value);
        switch (field.Next() && json.CurrentDepth < MaxDepth ? field.Field : 0)
        {
            case AnyValueFields.StringValue:
                OtlpJson.WriteText(json, field.Bytes);
                break;
            case AnyValueFields.BoolValue:
                json.WriteBooleanValue(field.Number != 0);
                break;
            case AnyValueFields.IntValue:
                json.WriteNumberValue((long)field.Number);
                break;
            case AnyValueFields.DoubleValue:
                OtlpJson.WriteFraction(BitConverter.UInt64BitsToDouble(field.Number), json);
                break;
            case AnyValueFields.ArrayValue:
                WriteArray(field.Bytes, json);
                break;
            case AnyValueFields.KvlistValue:
                WriteObject(field.Bytes, KeyValueListFields.Values, json);
                break;
            case AnyValueFields.BytesValue:
                json.WriteBase64StringValue(field.Bytes);
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    private static void WriteArray(ReadOnlySpan<byte> array, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        var values = new ProtobufReader(array);
        while (values.Next())
        {
            if (values.Field == ArrayValueFields.Values)
            {
                WriteValue(values.Bytes, json);
            }
        }

        json.WriteEndArray();
    }
}
