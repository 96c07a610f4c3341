// SPDX-License-Identifier: Apache-2.0
// The inverse of the exporter of OTLP in JSON. Names that the schema does not have are ignored, as OTLP says; snake_case is such.
using System.Text.Json;
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Writes an ExportTraceServiceRequest in JSON as one in protobuf. Throws <see cref="IngestException"/> and <see cref="JsonException"/>.</summary>
internal static class OtlpJsonReader
{
    private const int LargestId = 16;

    public static void Convert(ReadOnlySpan<byte> text, ref ProtobufWriter writer)
    {
        var json = new Utf8JsonReader(text, JsonValues.Options);
        var scratch = Array.Empty<byte>();
        try
        {
            json.Read();
            ReadMessage(ref json, OtlpSchema.Request, ref writer, ref scratch, "the body");
            json.Read(); // throws unless that was all
        }
        finally
        {
            JsonValues.Return(scratch);
        }
    }

    private static void ReadMessage(
        ref Utf8JsonReader json, OtlpMessage schema, ref ProtobufWriter writer, ref byte[] scratch, string what)
    {
        JsonValues.Expect(json, JsonTokenType.StartObject, what);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var field = Find(schema, json);
            json.Read();
            if (field is null)
            {
                json.Skip();
            }
            else if (json.TokenType != JsonTokenType.Null)
            {
                ReadField(ref json, field, ref writer, ref scratch);
            }
        }
    }

    private static OtlpField? Find(OtlpMessage schema, scoped in Utf8JsonReader json)
    {
        foreach (var field in schema.Fields)
        {
            if (json.ValueTextEquals(field.Utf8Name))
            {
                return field;
            }
        }

        return null;
    }

    private static void ReadField(ref Utf8JsonReader json, OtlpField field, ref ProtobufWriter writer, ref byte[] scratch)
    {
        switch (field.Kind)
        {
            case OtlpKind.Message:
                ReadNested(ref json, field, ref writer, ref scratch);
                break;
            case OtlpKind.List:
                JsonValues.Expect(json, JsonTokenType.StartArray, field.Name);
                while (json.Read() && json.TokenType != JsonTokenType.EndArray)
                {
                    ReadNested(ref json, field, ref writer, ref scratch);
                }

                break;
            default:
                ReadValue(json, field, ref writer, ref scratch);
                break;
        }
    }

    private static void ReadNested(ref Utf8JsonReader json, OtlpField field, ref ProtobufWriter writer, ref byte[] scratch)
    {
        var nested = field.Message!.IsLarge ? writer.Begin(field.Tag) : writer.BeginShort(field.Tag);
        ReadMessage(ref json, field.Message, ref writer, ref scratch, field.Name);
        writer.End(nested);
    }

    private static void ReadValue(scoped in Utf8JsonReader json, OtlpField field, ref ProtobufWriter writer, ref byte[] scratch)
    {
        switch (field.Kind)
        {
            case OtlpKind.Text:
                writer.WriteBytes(field.Tag, JsonValues.Text(json, ref scratch, field.Name));
                break;
            case OtlpKind.Id:
                WriteId(JsonValues.Text(json, ref scratch, field.Name), field, ref writer);
                break;
            case OtlpKind.Bytes:
                writer.WriteBytes(field.Tag, JsonValues.Bytes(json, ref scratch, field.Name));
                break;
            case OtlpKind.Number:
                writer.WriteVarint(field.Tag, JsonValues.Number(json, field.Name));
                break;
            case OtlpKind.Flags:
                writer.WriteFixed32(field.Tag, JsonValues.Number(json, field.Name));
                break;
            case OtlpKind.BigNumber:
                writer.WriteFixed64(field.Tag, JsonValues.Unsigned(json, field.Name));
                break;
            case OtlpKind.BigInteger:
                writer.WriteVarint(field.Tag, (ulong)JsonValues.Signed(json, field.Name));
                break;
            case OtlpKind.Fraction:
                writer.WriteFixed64(field.Tag, BitConverter.DoubleToUInt64Bits(JsonValues.Fraction(json, field.Name)));
                break;
            case OtlpKind.Truth:
                writer.WriteVarint(field.Tag, JsonValues.Truth(json, field.Name) ? 1u : 0u);
                break;
            default:
                writer.WriteVarint(field.Tag, Choice(json, field));
                break;
        }
    }

    // An id that is none is left to the check: it costs its span only.
    private static void WriteId(scoped ReadOnlySpan<byte> digits, OtlpField field, ref ProtobufWriter writer)
    {
        Span<byte> id = stackalloc byte[LargestId];
        id = id[..field.Size];
        if (digits.Length == id.Length * 2 && HexDigits.TryRead(digits, id))
        {
            writer.WriteBytes(field.Tag, id);
        }
        else
        {
            writer.WriteBytes(field.Tag, digits.IsEmpty ? default : "?"u8);
        }
    }

    private static uint Choice(scoped in Utf8JsonReader json, OtlpField field)
    {
        for (var i = 0; json.TokenType == JsonTokenType.String && i < field.Choices!.Length; i++)
        {
            if (json.ValueTextEquals(field.Choices[i]))
            {
                return (uint)i;
            }
        }

        return JsonValues.Number(json, field.Name);
    }
}
