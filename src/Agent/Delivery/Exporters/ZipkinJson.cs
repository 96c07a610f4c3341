// SPDX-License-Identifier: Apache-2.0
// OpenTelemetry says how its spans become those of Zipkin. Beyond that, attributes of the resource become tags, as the
// OpenTelemetry Collector has it: otherwise nobody would learn which host or container a span is from.
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Delivery.Exporters;

/// <summary>Writes OTLP spans, whoever encoded them, as spans of Zipkin. For one thread at a time.</summary>
internal sealed class ZipkinJson
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _text = new();

    /// <param name="entries"><c>resource_spans</c> entries of an ExportTraceServiceRequest, one or several in each.</param>
    public void WriteRequest(IReadOnlyList<ReadOnlyMemory<byte>> entries, Utf8JsonWriter json)
    {
        json.WriteStartArray();
        foreach (var entry in entries)
        {
            var request = new ProtobufReader(entry.Span);
            while (request.Next())
            {
                if (request.Field == ExportTraceServiceRequestFields.ResourceSpans)
                {
                    WriteResourceSpans(request.Bytes, json);
                }
            }
        }

        json.WriteEndArray();
    }

    private void WriteResourceSpans(ReadOnlySpan<byte> resourceSpans, Utf8JsonWriter json)
    {
        var resource = Find(resourceSpans, ResourceSpansFields.Resource);
        var scopes = new ProtobufReader(resourceSpans);
        while (scopes.Next())
        {
            if (scopes.Field != ResourceSpansFields.ScopeSpans)
            {
                continue;
            }

            var scope = Find(scopes.Bytes, ScopeSpansFields.Scope);
            var spans = new ProtobufReader(scopes.Bytes);
            while (spans.Next())
            {
                if (spans.Field == ScopeSpansFields.Spans)
                {
                    WriteSpan(resource, scope, spans.Bytes, json);
                }
            }
        }
    }

    private void WriteSpan(ReadOnlySpan<byte> resource, ReadOnlySpan<byte> scope, ReadOnlySpan<byte> encoded, Utf8JsonWriter json)
    {
        var span = new SpanView(encoded, FindText(resource, ResourceFields.Attributes, AttributeKeys.ServiceName));
        json.WriteStartObject();
        json.WriteString("traceId"u8, Convert.ToHexStringLower(span.TraceId));
        if (!span.ParentId.IsEmpty)
        {
            json.WriteString("parentId"u8, Convert.ToHexStringLower(span.ParentId));
        }

        json.WriteString("id"u8, Convert.ToHexStringLower(span.SpanId));
        if (KindOf(span.Kind) is { IsEmpty: false } kind)
        {
            json.WriteString("kind"u8, kind);
        }

        json.WritePropertyName("name"u8);
        OtlpJson.WriteText(json, span.Name);
        json.WriteNumber("timestamp"u8, span.Start / 1000);
        json.WriteNumber("duration"u8, Math.Max(1, (Math.Max(span.End, span.Start) - span.Start) / 1000)); // 0: unknown
        json.WriteStartObject("localEndpoint"u8);
        json.WritePropertyName("serviceName"u8);
        OtlpJson.WriteText(json, span.Service.IsEmpty ? "unknown_service"u8 : span.Service);
        json.WriteEndObject();
        ZipkinPeer.Of(encoded, span.Kind).Write(json);
        WriteAnnotations(encoded, json);
        json.WriteStartObject("tags"u8);
        WriteAttributes(encoded, json);
        WriteResource(resource, encoded, json);
        WriteScope(scope, json);
        WriteStatus(span, encoded, json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> KindOf(ulong kind) => (SpanKind)kind switch
    {
        SpanKind.Server => "SERVER"u8,
        SpanKind.Client => "CLIENT"u8,
        SpanKind.Producer => "PRODUCER"u8,
        SpanKind.Consumer => "CONSUMER"u8,
        _ => default,
    };

    private void WriteAttributes(ReadOnlySpan<byte> span, Utf8JsonWriter json)
    {
        var attributes = new KeyValueReader(span, SpanFields.Attributes);
        while (attributes.Next())
        {
            // Zipkin takes it for the mark of a failure; the status says whether there was one.
            if (!attributes.Key.SequenceEqual("error"u8))
            {
                WriteTag(attributes.Key, attributes.Value, json);
            }
        }
    }

    private void WriteResource(ReadOnlySpan<byte> resource, ReadOnlySpan<byte> span, Utf8JsonWriter json)
    {
        var attributes = new KeyValueReader(resource, ResourceFields.Attributes);
        while (attributes.Next())
        {
            if (!attributes.Key.SequenceEqual(AttributeKeys.ServiceName) && !Has(span, attributes.Key))
            {
                WriteTag(attributes.Key, attributes.Value, json);
            }
        }
    }

    private static bool Has(ReadOnlySpan<byte> span, ReadOnlySpan<byte> key)
    {
        var attributes = new KeyValueReader(span, SpanFields.Attributes);
        while (attributes.Next())
        {
            if (attributes.Key.SequenceEqual(key))
            {
                return true;
            }
        }

        return false;
    }

    private static void WriteScope(ReadOnlySpan<byte> scope, Utf8JsonWriter json)
    {
        WriteText("otel.scope.name"u8, Find(scope, InstrumentationScopeFields.Name), json);
        WriteText("otel.scope.version"u8, Find(scope, InstrumentationScopeFields.Version), json);
    }

    private static void WriteStatus(scoped in SpanView span, ReadOnlySpan<byte> encoded, Utf8JsonWriter json)
    {
        if (span.IsError)
        {
            json.WriteString("otel.status_code"u8, "ERROR"u8);
            json.WritePropertyName("error"u8);
            OtlpJson.WriteText(json, span.StatusMessage);
        }
        else if (!Find(encoded, SpanFields.Status).IsEmpty && IsOk(Find(encoded, SpanFields.Status)))
        {
            json.WriteString("otel.status_code"u8, "OK"u8);
        }
    }

    private static bool IsOk(ReadOnlySpan<byte> status)
    {
        var fields = new ProtobufReader(status);
        while (fields.Next())
        {
            if (fields.Field == StatusFields.Code)
            {
                return fields.Number == (ulong)StatusCode.Ok;
            }
        }

        return false;
    }

    private void WriteAnnotations(ReadOnlySpan<byte> span, Utf8JsonWriter json)
    {
        var isOpen = false;
        var fields = new ProtobufReader(span);
        while (fields.Next())
        {
            if (fields.Field != SpanFields.Events)
            {
                continue;
            }

            if (!isOpen)
            {
                json.WriteStartArray("annotations"u8);
                isOpen = true;
            }

            json.WriteStartObject();
            json.WriteNumber("timestamp"u8, FindNumber(fields.Bytes, SpanEventFields.TimeUnixNano) / 1000);
            json.WriteString("value"u8, EventText(fields.Bytes));
            json.WriteEndObject();
        }

        if (isOpen)
        {
            json.WriteEndArray();
        }
    }

    private string EventText(ReadOnlySpan<byte> e)
    {
        var name = Encoding.UTF8.GetString(Find(e, SpanEventFields.Name));
        if (Find(e, SpanEventFields.Attributes).IsEmpty)
        {
            return name;
        }

        _text.ResetWrittenCount();
        using (var nested = new Utf8JsonWriter(_text, Writing))
        {
            PlainJson.WriteObject(e, SpanEventFields.Attributes, nested);
        }

        return $"\"{name}\": {Encoding.UTF8.GetString(_text.WrittenSpan)}";
    }

    private void WriteTag(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, Utf8JsonWriter json)
    {
        var field = new ProtobufReader(value);
        if (!field.Next())
        {
            return;
        }

        if (field.Field == AnyValueFields.StringValue)
        {
            OtlpJson.WriteName(json, key);
            OtlpJson.WriteText(json, field.Bytes);
            return;
        }

        // Zipkin has texts only. What JSON puts between quotation marks (bytes, and numbers that are none) needs no second pair.
        _text.ResetWrittenCount();
        using (var nested = new Utf8JsonWriter(_text, Writing))
        {
            PlainJson.WriteValue(value, nested);
        }

        OtlpJson.WriteName(json, key);
        OtlpJson.WriteText(json, _text.WrittenSpan.Trim((byte)'"'));
    }

    private static void WriteText(ReadOnlySpan<byte> key, ReadOnlySpan<byte> text, Utf8JsonWriter json)
    {
        if (!text.IsEmpty)
        {
            OtlpJson.WriteName(json, key);
            OtlpJson.WriteText(json, text);
        }
    }

    private static ReadOnlySpan<byte> FindText(ReadOnlySpan<byte> message, int field, ReadOnlySpan<byte> key)
    {
        var attributes = new KeyValueReader(message, field);
        while (attributes.Next())
        {
            if (attributes.Key.SequenceEqual(key))
            {
                return Find(attributes.Value, AnyValueFields.StringValue);
            }
        }

        return default;
    }

    private static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == field)
            {
                return fields.Bytes;
            }
        }

        return default;
    }

    private static ulong FindNumber(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == field)
            {
                return fields.Number;
            }
        }

        return 0;
    }
}
