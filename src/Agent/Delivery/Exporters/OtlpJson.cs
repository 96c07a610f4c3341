// SPDX-License-Identifier: Apache-2.0
// OTLP in JSON, from OTLP in protobuf: names in lowerCamelCase, ids in hexadecimal, 64-bit numbers as text, enums as numbers.
// The schema is a table; what is not in it is left out, as JSON readers of OTLP must ignore unknown names anyway.
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

    private enum Kind
    {
        Text,
        Number,
        Truth,
        Id,
        Bytes,
        BigNumber,
        BigInteger,
        Fraction,
        Message,
        List,
    }

    private sealed record Field(int Number, string Name, Kind Kind, Func<Field[]>? Fields = null);

    private static readonly Field[] AnyValue =
    [
        new(AnyValueFields.StringValue, "stringValue", Kind.Text),
        new(AnyValueFields.BoolValue, "boolValue", Kind.Truth),
        new(AnyValueFields.IntValue, "intValue", Kind.BigInteger),
        new(AnyValueFields.DoubleValue, "doubleValue", Kind.Fraction),
        new(AnyValueFields.ArrayValue, "arrayValue", Kind.Message, () => ArrayValue!),
        new(AnyValueFields.KvlistValue, "kvlistValue", Kind.Message, () => KeyValueList!),
        new(AnyValueFields.BytesValue, "bytesValue", Kind.Bytes),
    ];

    private static readonly Field[] KeyValue =
    [
        new(KeyValueFields.Key, "key", Kind.Text),
        new(KeyValueFields.Value, "value", Kind.Message, () => AnyValue),
    ];

    private static readonly Field[] ArrayValue = [new(ArrayValueFields.Values, "values", Kind.List, () => AnyValue)];

    private static readonly Field[] KeyValueList = [new(KeyValueListFields.Values, "values", Kind.List, () => KeyValue)];

    private static readonly Field[] Event =
    [
        new(SpanEventFields.TimeUnixNano, "timeUnixNano", Kind.BigNumber),
        new(SpanEventFields.Name, "name", Kind.Text),
        new(SpanEventFields.Attributes, "attributes", Kind.List, () => KeyValue),
        new(SpanEventFields.DroppedAttributesCount, "droppedAttributesCount", Kind.Number),
    ];

    private static readonly Field[] Link =
    [
        new(SpanLinkFields.TraceId, "traceId", Kind.Id),
        new(SpanLinkFields.SpanId, "spanId", Kind.Id),
        new(SpanLinkFields.TraceState, "traceState", Kind.Text),
        new(SpanLinkFields.Attributes, "attributes", Kind.List, () => KeyValue),
        new(SpanLinkFields.DroppedAttributesCount, "droppedAttributesCount", Kind.Number),
        new(SpanLinkFields.Flags, "flags", Kind.Number),
    ];

    private static readonly Field[] Status =
    [
        new(StatusFields.Message, "message", Kind.Text),
        new(StatusFields.Code, "code", Kind.Number),
    ];

    private static readonly Field[] Span =
    [
        new(SpanFields.TraceId, "traceId", Kind.Id),
        new(SpanFields.SpanId, "spanId", Kind.Id),
        new(SpanFields.TraceState, "traceState", Kind.Text),
        new(SpanFields.ParentSpanId, "parentSpanId", Kind.Id),
        new(SpanFields.Flags, "flags", Kind.Number),
        new(SpanFields.Name, "name", Kind.Text),
        new(SpanFields.Kind, "kind", Kind.Number),
        new(SpanFields.StartTimeUnixNano, "startTimeUnixNano", Kind.BigNumber),
        new(SpanFields.EndTimeUnixNano, "endTimeUnixNano", Kind.BigNumber),
        new(SpanFields.Attributes, "attributes", Kind.List, () => KeyValue),
        new(SpanFields.DroppedAttributesCount, "droppedAttributesCount", Kind.Number),
        new(SpanFields.Events, "events", Kind.List, () => Event),
        new(SpanFields.DroppedEventsCount, "droppedEventsCount", Kind.Number),
        new(SpanFields.Links, "links", Kind.List, () => Link),
        new(SpanFields.DroppedLinksCount, "droppedLinksCount", Kind.Number),
        new(SpanFields.Status, "status", Kind.Message, () => Status),
    ];

    private static readonly Field[] Scope =
    [
        new(InstrumentationScopeFields.Name, "name", Kind.Text),
        new(InstrumentationScopeFields.Version, "version", Kind.Text),
        new(InstrumentationScopeFields.Attributes, "attributes", Kind.List, () => KeyValue),
        new(InstrumentationScopeFields.DroppedAttributesCount, "droppedAttributesCount", Kind.Number),
    ];

    private static readonly Field[] ScopeSpans =
    [
        new(ScopeSpansFields.Scope, "scope", Kind.Message, () => Scope),
        new(ScopeSpansFields.Spans, "spans", Kind.List, () => Span),
        new(ScopeSpansFields.SchemaUrl, "schemaUrl", Kind.Text),
    ];

    private static readonly Field[] Resource =
    [
        new(ResourceFields.Attributes, "attributes", Kind.List, () => KeyValue),
        new(ResourceFields.DroppedAttributesCount, "droppedAttributesCount", Kind.Number),
    ];

    private static readonly Field[] ResourceSpans =
    [
        new(ResourceSpansFields.Resource, "resource", Kind.Message, () => Resource),
        new(ResourceSpansFields.ScopeSpans, "scopeSpans", Kind.List, () => ScopeSpans),
        new(ResourceSpansFields.SchemaUrl, "schemaUrl", Kind.Text),
    ];

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
                    WriteMessage(fields.Bytes, ResourceSpans, json);
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

    private static void WriteMessage(ReadOnlySpan<byte> message, Field[] fields, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var field in fields)
        {
            if (json.CurrentDepth > MaxDepth)
            {
                break;
            }

            if (field.Kind == Kind.List)
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

    private static void WriteList(ReadOnlySpan<byte> message, Field field, Utf8JsonWriter json)
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

            WriteMessage(reader.Bytes, field.Fields!(), json);
        }

        if (isOpen)
        {
            json.WriteEndArray();
        }
    }

    // Of a field that stands there twice the last counts.
    private static void WriteLast(ReadOnlySpan<byte> message, Field field, Utf8JsonWriter json)
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

    private static void WriteValue(Field field, ulong number, ReadOnlySpan<byte> bytes, Utf8JsonWriter json)
    {
        switch (field.Kind)
        {
            case Kind.Text:
                WriteText(json, bytes);
                break;
            case Kind.Number:
                json.WriteNumberValue(number);
                break;
            case Kind.Truth:
                json.WriteBooleanValue(number != 0);
                break;
            case Kind.Id:
                json.WriteStringValue(Convert.ToHexStringLower(bytes));
                break;
            case Kind.Bytes:
                json.WriteBase64StringValue(bytes);
                break;
            case Kind.BigNumber:
                WriteDigits(json, number);
                break;
            case Kind.BigInteger:
                WriteDigits(json, (long)number);
                break;
            case Kind.Fraction:
                WriteFraction(BitConverter.UInt64BitsToDouble(number), json);
                break;
            default:
                WriteMessage(bytes, field.Fields!(), json);
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
