// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>
/// One JSON object per line. Names follow OTLP/JSON where it has one; times are easier to read than there:
/// <c>start</c> is RFC 3339, <c>durationNs</c> a number.
/// </summary>
internal sealed class JsonPrinter(bool isIndented = false) : ISpanPrinter
{
    private readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = isIndented };
    private readonly ArrayBufferWriter<byte> _line = new();

    public long Shown { get; private set; }

    public bool IsWaiting => false;

    public void Add(scoped in SpanView span, StringBuilder output)
    {
        _line.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_line, _options))
        {
            Write(span, json);
        }

        output.Append(Encoding.UTF8.GetString(_line.WrittenSpan)).Append('\n');
        Shown++;
    }

    public void Advance(bool isLast, StringBuilder output)
    {
    }

    private static void Write(scoped in SpanView span, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        WriteHex(json, "traceId"u8, span.TraceId);
        WriteHex(json, "spanId"u8, span.SpanId);
        WriteHex(json, "parentSpanId"u8, span.ParentId);
        json.WriteString("name"u8, span.Name);
        json.WriteString("kind"u8, span.Kind == SpanView.Client ? "client"u8 : "server"u8);
        json.WriteString("service"u8, span.Service);
        json.WriteString("start"u8, Rfc3339(span.Start));
        json.WriteNumber("durationNs"u8, span.Duration);
        WriteAttributes(span, json);
        WriteStatus(span, json);
        json.WriteEndObject();
    }

    private static string Rfc3339(ulong unixNs)
    {
        var time = DateTime.UnixEpoch.AddTicks((long)(unixNs / TimeSpan.NanosecondsPerTick));
        return $"{time:yyyy-MM-ddTHH:mm:ss}.{unixNs % 1_000_000_000:d9}Z";
    }

    private static void WriteHex(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<byte> id)
    {
        if (!id.IsEmpty)
        {
            json.WriteString(name, Convert.ToHexStringLower(id));
        }
    }

    private static void WriteAttributes(scoped in SpanView span, Utf8JsonWriter json)
    {
        json.WriteStartObject("attributes"u8);
        var attributes = span.Attributes();
        while (attributes.Next())
        {
            if (attributes.IsText)
            {
                json.WriteString(attributes.Key, attributes.Text);
            }
            else if (attributes.IsList)
            {
                json.WriteStartArray(attributes.Key);
                while (attributes.NextText())
                {
                    json.WriteStringValue(attributes.Text);
                }

                json.WriteEndArray();
            }
            else
            {
                json.WriteNumber(attributes.Key, attributes.Integer);
            }
        }

        json.WriteEndObject();
    }

    private static void WriteStatus(scoped in SpanView span, Utf8JsonWriter json)
    {
        json.WriteStartObject("status"u8);
        if (span.IsError)
        {
            json.WriteString("code"u8, "error"u8);
        }

        if (!span.StatusMessage.IsEmpty)
        {
            json.WriteString("message"u8, span.StatusMessage);
        }

        json.WriteEndObject();
    }
}
