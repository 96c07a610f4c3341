// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>
/// A low-cardinality route guessed from a path: segments that look like values become <c>*</c>.
/// <list type="bullet">
/// <item>kept: words, <c>v1</c>, <c>oauth2</c>, <c>index.html</c>, <c>user-settings</c></item>
/// <item>replaced: numbers, dates, <c>order-7</c>, <c>user123</c> (three digits in a row), UUIDs, hexadecimal
/// digits from 8 on, e-mail addresses, anything percent-encoded, at least as many digits as letters, or longer
/// than 32 bytes</item>
/// <item>after 8 segments the rest becomes one <c>*</c></item>
/// </list>
/// No framework is asked, so this is a guess; it errs towards <c>*</c>, because a route that is too coarse is
/// less harm than a million span names.
/// </summary>
internal static class HttpRoute
{
    public const int MaxSegments = 8;
    public const int MaxSegmentSize = 32;
    private const int MinHexSize = 8;
    private const int MaxDigitRun = 2;

    // What a byte adds to the four counters of a segment, one per byte of the number; segments are short enough.
    private const uint Digit = 1;
    private const uint Letter = 1 << 8;
    private const uint Hex = 1 << 16;
    private const uint Odd = 1 << 24;

    private static readonly uint[] Weights = MakeWeights();

    /// <summary>Appends the route of <paramref name="path"/>; a last segment that is not whole counts as a value.</summary>
    public static void Append(ReadOnlySpan<byte> path, bool isCut, ref Utf8Builder route)
    {
        if (path is not [(byte)'/', ..])
        {
            route.Append(path.SequenceEqual("*"u8) ? path : "/*"u8);
            return;
        }

        // One pass: the bytes of a segment are weighed on the way to its end. Segments that stay as they are
        // are copied together.
        ReadOnlySpan<uint> weights = Weights;
        int kept = 0, segments = 0;
        for (var start = 0; start < path.Length;)
        {
            uint counts = 0;
            var end = start + 1;
            for (; end < path.Length && path[end] != '/'; end++)
            {
                counts += weights[path[end]];
            }

            var isLast = end == path.Length;
            if (segments++ == MaxSegments)
            {
                route.Append(path[kept..start]);
                route.Append("/*"u8);
                return;
            }

            if ((isLast && isCut) || IsValue(path[(start + 1)..end], counts))
            {
                route.Append(path[kept..start]);
                route.Append("/*"u8);
                kept = end;
            }

            start = end;
        }

        route.Append(path[kept..]);
    }

    /// <summary>Whether a segment looks like a value rather than a name that the program chose.</summary>
    private static bool IsValue(ReadOnlySpan<byte> segment, uint counts)
    {
        if (segment.Length > MaxSegmentSize)
        {
            return true; // and the counters may have run over
        }

        int digits = (byte)counts, letters = (byte)(counts >> 8);
        int hex = (byte)(counts >> 16), odd = (byte)(counts >> 24);
        if (digits == 0 || odd > 0)
        {
            return odd > 0;
        }

        var isVersion = letters == 1 && segment.Length <= 4 && segment[0] is (byte)'v' or (byte)'V';
        var isHex = hex == segment.Length && digits + letters >= MinHexSize;
        return !isVersion && (isHex || digits >= letters || HasNumber(segment));
    }

    /// <summary>Three digits in a row, or nothing but digits between dashes.</summary>
    private static bool HasNumber(ReadOnlySpan<byte> segment)
    {
        int run = 0, partStart = 0;
        for (var i = 0; i <= segment.Length; i++)
        {
            var isDash = i == segment.Length || segment[i] is (byte)'-' or (byte)'_';
            if (isDash && run > 0 && run == i - partStart)
            {
                return true;
            }

            partStart = isDash ? i + 1 : partStart;
            run = !isDash && char.IsAsciiDigit((char)segment[i]) ? run + 1 : 0;
            if (run > MaxDigitRun)
            {
                return true;
            }
        }

        return false;
    }

    private static uint[] MakeWeights()
    {
        var weights = new uint[256];
        for (var i = 0; i < weights.Length; i++)
        {
            var character = (char)i;
            weights[i] = (char.IsAsciiDigit(character) ? Digit : 0)
                + (char.IsAsciiLetter(character) ? Letter : 0)
                + (char.IsAsciiHexDigit(character) || character is '-' or '_' ? Hex : 0)
                + (character is <= ' ' or >= '\x7f' or '%' or '@' or '=' or ';' or ',' ? Odd : 0);
        }

        return weights;
    }
}
