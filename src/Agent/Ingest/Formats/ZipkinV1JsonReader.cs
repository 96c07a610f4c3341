// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Agent.Ingest.Formats;

/// <summary>Lists of spans in version 1 of Zipkin's JSON. Throws <see cref="IngestException"/> and <see cref="JsonException"/>.</summary>
internal static class ZipkinV1JsonReader
{
    /// <summary>False when there is no memory for all.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> text, ZipkinConverter converter)
    {
        var span = new ZipkinV1Span();
        return ZipkinJsonReader.TryReadList(text, (ref json, ref scratch) =>
        {
            span.Clear();
            ReadSpan(ref json, span, ref scratch);
            return span.TryConvert(converter);
        });
    }

    private static void ReadSpan(ref Utf8JsonReader json, ZipkinV1Span span, ref byte[] scratch)
    {
        var whole = span.Whole;
        while (ZipkinJsonReader.NextValue(ref json, out var name))
        {
            switch (name)
            {
                case "traceId":
                    ZipkinJsonReader.ReadId(json, whole.TraceId, ref scratch, name);
                    break;
                case "id":
                    ZipkinJsonReader.ReadId(json, whole.Id, ref scratch, name);
                    break;
                case "parentId":
                    ZipkinJsonReader.ReadId(json, whole.ParentId, ref scratch, name);
                    break;
                case "name":
                    whole.Name = ZipkinJsonReader.Text(json, whole, ref scratch, name);
                    break;
                case "timestamp":
                    whole.Timestamp = JsonValues.Unsigned(json, name);
                    break;
                case "duration":
                    whole.Duration = JsonValues.Unsigned(json, name);
                    break;
                case "annotations":
                    ReadAll(ref json, span, ref scratch, ReadAnnotation);
                    break;
                case "binaryAnnotations":
                    ReadAll(ref json, span, ref scratch, ReadBinary);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }
    }

    private delegate void ReadOne(ref Utf8JsonReader json, ZipkinV1Span span, ref byte[] scratch);

    private static void ReadAll(ref Utf8JsonReader json, ZipkinV1Span span, ref byte[] scratch, ReadOne readOne)
    {
        JsonValues.Expect(json, JsonTokenType.StartArray, "annotations");
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            JsonValues.Expect(json, JsonTokenType.StartObject, "an annotation");
            readOne(ref json, span, ref scratch);
        }
    }

    private static void ReadAnnotation(ref Utf8JsonReader json, ZipkinV1Span span, ref byte[] scratch)
    {
        var (timestamp, value, endpoint) = (0UL, default(TextArena.Text), default(ZipkinEndpoint));
        while (ZipkinJsonReader.NextValue(ref json, out var name))
        {
            switch (name)
            {
                case "timestamp":
                    timestamp = JsonValues.Unsigned(json, name);
                    break;
                case "value":
                    value = ZipkinJsonReader.Text(json, span.Whole, ref scratch, name);
                    break;
                case "endpoint":
                    endpoint = ZipkinJsonReader.ReadEndpoint(ref json, span.Whole, ref scratch);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        span.AddAnnotation(timestamp, value, endpoint);
    }

    private static void ReadBinary(ref Utf8JsonReader json, ZipkinV1Span span, ref byte[] scratch)
    {
        var (tag, type, endpoint) = (default(ZipkinTag), "", default(ZipkinEndpoint));
        while (ZipkinJsonReader.NextValue(ref json, out var name))
        {
            switch (name)
            {
                case "key":
                    tag = tag with { Key = ZipkinJsonReader.Text(json, span.Whole, ref scratch, name) };
                    break;
                case "value":
                    tag = ReadValue(ref json, tag, span.Whole, ref scratch);
                    break;
                case "type":
                    type = Encoding.UTF8.GetString(JsonValues.Text(json, ref scratch, name));
                    break;
                case "endpoint":
                    endpoint = ZipkinJsonReader.ReadEndpoint(ref json, span.Whole, ref scratch);
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        var isTrue = tag.Truth == true || span.Whole.Texts[tag.Value].SequenceEqual("true"u8);
        span.AddBinary(Typed(tag, type, span.Whole), isTrue, endpoint);
    }

    private static ZipkinTag ReadValue(ref Utf8JsonReader json, ZipkinTag tag, ZipkinSpan span, ref byte[] scratch)
    {
        switch (json.TokenType)
        {
            case JsonTokenType.String:
                return tag with { Value = ZipkinJsonReader.Text(json, span, ref scratch, "a value") };
            case JsonTokenType.True or JsonTokenType.False:
                return tag with { Value = span.Texts.Add(json.ValueSpan), Truth = json.TokenType == JsonTokenType.True };
            case JsonTokenType.Number when json.TryGetInt64(out var integer):
                return tag with { Value = span.Texts.Add(json.ValueSpan), Integer = integer };
            case JsonTokenType.Number:
                return tag with { Value = span.Texts.Add(json.ValueSpan), Fraction = JsonValues.Fraction(json, "a value") };
            default:
                throw new IngestException("the value of a binary annotation is not text, number, true or false");
        }
    }

    // 64-bit integers and fractions may be text with a type beside it.
    private static ZipkinTag Typed(ZipkinTag tag, string type, ZipkinSpan span) => type switch
    {
        "I16" or "I32" or "I64" when long.TryParse(span.Texts[tag.Value], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) =>
            tag with { Integer = integer },
        "DOUBLE" when double.TryParse(span.Texts[tag.Value], NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) =>
            tag with { Integer = null, Fraction = fraction },
        "STRING" => tag with { Integer = null, Fraction = null, Truth = null },
        _ => tag,
    };
}
