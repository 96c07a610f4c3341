// SPDX-License-Identifier: Apache-2.0
// OTLP in JSON, from OTLP in protobuf: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as text, enums as numbers.
// What is not in the schema is left out, as JSON readers of OTLP must ignore unknown names anyway.
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Agent.Otlp;

namespace Agent.Delivery.Exporters;

/// <summary>Writes protobuf messages of OTLP as JSON, whoever encoded them.</summary>
internal static class OtlpJson
{
    private const int MaxDepth = 64;

    /// <param name="entries"><c>resource_spans</c> entries of an ExportTraceServiceRequest, one or several in each.</param>
    public static void WriteRequest(IReadOnlyList<ReadOnlyMemory<byte>> entries, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("resourceSpans"u8);
        foreach (var entry in entries)
        {
            var fields = new ProtobufReader(entry.Span);
            while (fields.Next())
            {
                if (fields.Field == ExportTraceServiceRequestFields.ResourceSpans)
                {
                    WriteMessage(fields.Bytes, OtlpSchema.ResourceSpans, json);
                }
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>What is not UTF-8 becomes it: other senders' strings come from anywhere.</summary>
    public static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> text)
    {
        if (Utf8.IsValid(text))
        {
            json.WriteStringValue(text);
        }
        else
        {
            json.WriteStringValue(Encoding.UTF8.GetString(text));
        }
    }

    public static void WriteName(Utf8JsonWriter json, ReadOnlySpan<byte> name)
    {
        if (Utf8.IsValid(name))
        {
            json.WritePropertyName(name);
        }
        else
        {
            json.WritePropertyName(Encoding.UTF8.GetString(name));
        }
    }

    private static void WriteMessage(ReadOnlySpan<byte> message, OtlpMessage schema, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var field in schema.Fields)
        {
            if (json.CurrentDepth > MaxDepth)
            {
                break;
            }

            if (field.Kind == OtlpKind.List)
            {
                WriteList(message, field, json);
            }
            else
            {
                WriteLast(message, field, json);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteList(ReadOnlySpan<byte> message, OtlpField field, Utf8JsonWriter json)
    {
        var isOpen = false;
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field != field.Number)
            {
                continue;
            }

            if (!isOpen)
            {
                json.WriteStartArray(field.Name);
                isOpen = true;
            }

            WriteMessage(reader.Bytes, field.Message!, json);
        }

        if (isOpen)
        {
            json.WriteEndArray();
        }
    }

    // Of a field that stands there twice the last counts.
    private static void WriteLast(ReadOnlySpan<byte> message, OtlpField field, Utf8JsonWriter json)
    {
        var reader = new ProtobufReader(message);
        var (isThere, number) = (false, 0UL);
        var bytes = ReadOnlySpan<byte>.Empty;
        while (reader.Next())
        {
            if (reader.Field == field.Number)
            {
                (isThere, number) = (true, reader.Number);
                bytes = reader.Bytes;
            }
        }

        if (isThere)
        {
            json.WritePropertyName(field.Name);
            WriteValue(field, number, bytes, json);
        }
    }

    private static void WriteValue(OtlpField field, ulong number, ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
    {
        switch (field.Kind)
        {
            case OtlpKind.Text:
                WriteText(json, bytes);
                break;
            case OtlpKind.Number:
            case OtlpKind.Choice:
            case OtlpKind.Flags:
                json.WriteNumberValue(number);
                break;
            case OtlpKind.Truth:
                json.WriteBooleanValue(number != 0);
                break;
            case OtlpKind.Id:
                json.WriteStringValue(Convert.ToHexStringLower(bytes));
                break;
            case OtlpKind.Bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case OtlpKind.BigNumber:
                WriteDigits(json, number);
                break;
            case OtlpKind.BigInteger:
                WriteDigits(json, (long)number);
                break;
            case OtlpKind.Fraction:
                WriteFraction(BitConverter.UInt64BitsToDouble(number), json);
                break;
            default:
                WriteMessage(bytes, field.Message!, json);
                break;
        }
    }

    private static void WriteDigits<T>(Utf8JsonWriter json, T number)
        where T : IUtf8SpanFormattable
    {
        Span<byte> digits = stackalloc byte[20];
        number.TryFormat(digits, out var size, default, CultureInfo.InvariantCulture);
        json.WriteStringValue(digits[..size]);
    }

    public static void WriteFraction(double value, Utf8JsonWriter json)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumberValue(value);
        }
        else
        {
            json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
        }
    }
}
