// SPDX-License-Identifier: Apache-2.0
// Numbers come as numbers or as text, since JavaScript has no integers of 64 bits; strings with or without escapes.
using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Agent.Ingest.Formats;

/// <summary>Reads values where a <see cref="Utf8JsonReader"/> stands. What is something else is an <see cref="IngestException"/>.</summary>
internal static class JsonValues
{
    private const double TwoTo64 = 18446744073709551616d;

    public static JsonReaderOptions Options => new() { MaxDepth = 200 };

    public static void Expect(scoped in Utf8JsonReader json, JsonTokenType token, string what)
    {
        if (json.TokenType != token)
        {
            throw new IngestException($"{what} is not {(token == JsonTokenType.StartArray ? "a list" : token == JsonTokenType.StartObject ? "an object" : "text")}");
        }
    }

    /// <summary>UTF-8 without escapes; valid until <paramref name="scratch"/> is used again.</summary>
    public static ReadOnlySpan<byte> Text(scoped in Utf8JsonReader json, ref byte[] scratch, string what)
    {
        Expect(json, JsonTokenType.String, what);
        return Unescaped(json, ref scratch, what);
    }

    private static ReadOnlySpan<byte> Unescaped(scoped in Utf8JsonReader json, ref byte[] scratch, string what)
    {
        if (!json.ValueIsEscaped)
        {
            // The reader has not looked.
            Copy(json.ValueSpan, ref scratch);
            return Utf8.IsValid(json.ValueSpan) ? scratch.AsSpan(0, json.ValueSpan.Length) : throw NotUtf8(what);
        }

        Reserve(ref scratch, json.ValueSpan.Length);
        try
        {
            return scratch.AsSpan(0, json.CopyString(scratch));
        }
        catch (InvalidOperationException)
        {
            throw NotUtf8(what);
        }
    }

    /// <summary>The name of a property, which is as <see cref="Text"/> is.</summary>
    public static ReadOnlySpan<byte> Name(scoped in Utf8JsonReader json, ref byte[] scratch) => Unescaped(json, ref scratch, "a name");

    public static ulong Unsigned(scoped in Utf8JsonReader json, string what)
    {
        var text = Digits(json, what);
        return Utf8Parser.TryParse(text, out ulong number, out var used) && used == text.Length ? number
            : Fraction(text) is { } value and >= 0 and < TwoTo64 && value == Math.Truncate(value) ? (ulong)value
            : throw new IngestException($"{what} is not a positive integer of 64 bits");
    }

    public static long Signed(scoped in Utf8JsonReader json, string what)
    {
        var text = Digits(json, what);
        return Utf8Parser.TryParse(text, out long number, out var used) && used == text.Length ? number
            : Fraction(text) is { } value and >= -TwoTo64 / 2 and < TwoTo64 / 2 && value == Math.Truncate(value) ? (long)value
            : throw new IngestException($"{what} is not an integer of 64 bits");
    }

    public static uint Number(scoped in Utf8JsonReader json, string what) =>
        Unsigned(json, what) is var number and <= uint.MaxValue ? (uint)number : throw new IngestException($"{what} is more than 32 bits hold");

    public static double Fraction(scoped in Utf8JsonReader json, string what)
    {
        var text = Digits(json, what);
        return text switch
        {
            _ when text.SequenceEqual("NaN"u8) => double.NaN,
            _ when text.SequenceEqual("Infinity"u8) => double.PositiveInfinity,
            _ when text.SequenceEqual("-Infinity"u8) => double.NegativeInfinity,
            _ => Fraction(text) ?? throw new IngestException($"{what} is not a number"),
        };
    }

    public static bool Truth(scoped in Utf8JsonReader json, string what) => json.TokenType switch
    {
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => throw new IngestException($"{what} is not true or false"),
    };

    /// <summary>Base64 of either alphabet, with padding or without.</summary>
    public static byte[] Bytes(scoped in Utf8JsonReader json, ref byte[] scratch, string what)
    {
        var text = Encoding.ASCII.GetString(Text(json, ref scratch, what)).TrimEnd('=').Replace('-', '+').Replace('_', '/');
        try
        {
            return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            throw new IngestException($"{what} is not base64");
        }
    }

    public static void Return(byte[] scratch)
    {
        if (scratch.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private static ReadOnlySpan<byte> Digits(scoped in Utf8JsonReader json, string what) =>
        json.TokenType is JsonTokenType.Number or JsonTokenType.String ? json.ValueSpan : throw new IngestException($"{what} is not a number");

    private static double? Fraction(ReadOnlySpan<byte> text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value : null;

    private static void Copy(ReadOnlySpan<byte> text, ref byte[] scratch)
    {
        Reserve(ref scratch, text.Length);
        text.CopyTo(scratch);
    }

    private static void Reserve(ref byte[] scratch, int size)
    {
        if (scratch.Length < size)
        {
            Return(scratch);
            scratch = ArrayPool<byte>.Shared.Rent(size);
        }
    }

    private static IngestException NotUtf8(string what) => new($"{what} is not UTF-8");
}
