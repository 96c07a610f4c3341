// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Text;
using System.Text.Json;

namespace Agent.Ingest.Formats;

/// <summary>Lists of spans in version 2 of Zipkin's JSON. Throws <see cref="IngestException"/> and <see cref="JsonException"/>.</summary>
internal static class ZipkinJsonReader
{
    /// <summary>Reads the span on whose <c>{</c> the reader stands; false when there is no memory for it.</summary>
    internal delegate bool ReadOne(ref Utf8JsonReader json, ref byte[] scratch);

    /// <summary>False when there is no memory for all.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> text, ZipkinConverter converter)
    {
        var span = new ZipkinSpan();
        return TryReadList(text, (ref json, ref scratch) =>
        {
            span.Clear();
            ReadSpan(ref json, span, ref scratch);
            return converter.TryAdd(span);
        });
    }

    public static bool TryReadList(ReadOnlySpan<byte> text, ReadOne readOne)
    {
        var json = new Utf8JsonReader(text, JsonValues.Options);
        var scratch = Array.Empty<byte>();
        try
        {
            json.Read();
            JsonValues.Expect(json, JsonTokenType.StartArray, "the body");
            while (json.Read() && json.TokenType != JsonTokenType.EndArray)
            {
                JsonValues.Expect(json, JsonTokenType.StartObject, "a span");
                if (!readOne(ref json, ref scratch))
                {
                    return false;
                }
            }

            json.Read(); // throws unless that was all
            return true;
        }
        finally
        {
            JsonValues.Return(scratch);
        }
    }

    /// <summary>Steps to the next value that is not null, or to the end of the object.</summary>
    public static bool NextValue(ref Utf8JsonReader json, out string name)
    {
        name = "";
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            name = Known(json);
            json.Read();
            if (name.Length > 0 && json.TokenType != JsonTokenType.Null)
            {
                return true;
            }

            json.Skip();
        }

        return false;
    }

    public static ZipkinEndpoint ReadEndpoint(ref Utf8JsonReader json, ZipkinSpan span, ref byte[] scratch)
    {
        JsonValues.Expect(json, JsonTokenType.StartObject, "an endpoint");
        var endpoint = new ZipkinEndpoint();
        while (NextValue(ref json, out var name))
        {
            switch (name)
            {
                case "serviceName":
                    endpoint.Service = Text(json, span, ref scratch, name);
                    break;
                case "ipv4":
                case "ipv6" when endpoint.Address.Size == 0:
                    endpoint.Address = Address(json, span, ref scratch, name);
                    break;
                case "port":
                    endpoint.Port = JsonValues.Signed(json, name);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        return endpoint;
    }

    public static TextArena.Text Text(scoped in Utf8JsonReader json, ZipkinSpan span, ref byte[] scratch, string what) =>
        span.Texts.Add(JsonValues.Text(json, ref scratch, what));

    public static void ReadId(scoped in Utf8JsonReader json, Span<byte> id, ref byte[] scratch, string what)
    {
        if (!HexDigits.TryRead(JsonValues.Text(json, ref scratch, what), id))
        {
            throw new IngestException($"{what} of a span is not of 1 to {id.Length * 2} hexadecimal digits");
        }
    }

    private static void ReadSpan(ref Utf8JsonReader json, ZipkinSpan span, ref byte[] scratch)
    {
        while (NextValue(ref json, out var name))
        {
            switch (name)
            {
                case "traceId":
                    ReadId(json, span.TraceId, ref scratch, name);
                    break;
                case "id":
                    ReadId(json, span.Id, ref scratch, name);
                    break;
                case "parentId":
                    ReadId(json, span.ParentId, ref scratch, name);
                    break;
                case "kind":
                    span.Kind = ZipkinKind.Of(JsonValues.Text(json, ref scratch, name));
                    break;
                case "name":
                    span.Name = Text(json, span, ref scratch, name);
                    break;
                case "timestamp":
                    span.Timestamp = JsonValues.Unsigned(json, name);
                    break;
                case "duration":
                    span.Duration = JsonValues.Unsigned(json, name);
                    break;
                case "localEndpoint":
                    span.Local = ReadEndpoint(ref json, span, ref scratch);
                    break;
                case "remoteEndpoint":
                    span.Remote = ReadEndpoint(ref json, span, ref scratch);
                    break;
                case "annotations":
                    ReadAnnotations(ref json, span, ref scratch);
                    break;
                case "tags":
                    ReadTags(ref json, span, ref scratch);
                    break;
                case "shared":
                    span.IsShared = JsonValues.Truth(json, name);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
    }

    private static void ReadAnnotations(ref Utf8JsonReader json, ZipkinSpan span, ref byte[] scratch)
    {
        JsonValues.Expect(json, JsonTokenType.StartArray, "annotations");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            JsonValues.Expect(json, JsonTokenType.StartObject, "an annotation");
            var (timestamp, value) = (0UL, default(TextArena.Text));
            while (NextValue(ref json, out var name))
            {
                switch (name)
                {
                    case "timestamp":
                        timestamp = JsonValues.Unsigned(json, name);
                        break;
                    case "value":
                        value = Text(json, span, ref scratch, name);
                        break;
                    default:
                        json.Skip();
                        break;
                }
            }

            span.Annotations.Add((timestamp, value));
        }
    }

    private static void ReadTags(ref Utf8JsonReader json, ZipkinSpan span, ref byte[] scratch)
    {
        JsonValues.Expect(json, JsonTokenType.StartObject, "tags");
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = span.Texts.Add(JsonValues.Name(json, ref scratch));
            json.Read();
            if (json.TokenType != JsonTokenType.Null)
            {
                span.Tags.Add(ReadTag(ref json, key, span, ref scratch));
            }
        }
    }

    // Tags are texts; some send other things all the same.
    private static ZipkinTag ReadTag(ref Utf8JsonReader json, TextArena.Text key, ZipkinSpan span, ref byte[] scratch)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                return new(key, Text(json, span, ref scratch, "a tag"));
            case JsonTokenType.True or JsonTokenType.False or JsonTokenType.Number:
                return new(key, span.Texts.Add(json.ValueSpan));
            default:
                throw new IngestException("a tag is not text");
        }
    }

    private static TextArena.Text Address(scoped in Utf8JsonReader json, ZipkinSpan span, ref byte[] scratch, string what)
    {
        var text = JsonValues.Text(json, ref scratch, what);
        return IPAddress.TryParse(Encoding.UTF8.GetString(text), out _) ? span.Texts.Add(text) : default;
    }

    private static string Known(scoped in Utf8JsonReader json)
    {
        foreach (var name in Names)
        {
            if (json.ValueTextEquals(name))
            {
                return name;
            }
        }

        return "";
    }

    private static readonly string[] Names =
    [
        "traceId", "id", "parentId", "kind", "name", "timestamp", "duration", "localEndpoint", "remoteEndpoint", "annotations", "tags",
        "shared", "value", "serviceName", "ipv4", "ipv6", "port", "binaryAnnotations", "endpoint", "key", "type",
    ];
}
