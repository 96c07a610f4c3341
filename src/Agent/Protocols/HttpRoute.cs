// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
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

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>Appends the route of <paramref name="path"/>; a last segment that is not whole counts as a value.</summary>
    public static void Append(ReadOnlySpan<byte> path, bool isCut, ref Utf8Builder route)
    {
        if (path is not [(byte)'/', ..])
        {
            route.Append(path.SequenceEqual("*"u8) ? path : "/*"u8);
            return;
        }

        for (var segments = 0; !path.IsEmpty; segments++)
        {
            path = path[1..];
            var end = path.IndexOf((byte)'/');
            var isLast = end < 0;
            var segment = isLast ? path : path[..end];
            route.Append("/"u8);
            if (segments == MaxSegments)
            {
                route.Append("*"u8);
                return;
            }

            route.Append((isLast && isCut) || IsValue(segment) ? "*"u8 : segment);
            path = isLast ? default : path[end..];
        }
    }

    /// <summary>Whether a segment looks like a value rather than a name that the program chose.</summary>
    public static bool IsValue(ReadOnlySpan<byte> segment)
    {
        if (segment.Length > MaxSegmentSize)
        {
            return true;
        }

        // Nearly every word of a route has no digit at all: one look decides it.
        return segment.IndexOfAny(Digits) < 0 ? !IsPlain(segment) : HasValueShape(segment);
    }

    private static bool IsPlain(ReadOnlySpan<byte> segment) =>
        !segment.ContainsAnyExceptInRange((byte)0x21, (byte)0x7e) && segment.IndexOfAny("%@=;,"u8) < 0;

    private static bool HasValueShape(ReadOnlySpan<byte> segment)
    {
        int digits = 0, letters = 0, hex = 0, run = 0, longestRun = 0, partStart = 0;
        var hasNumberPart = false;
        for (var i = 0; i < segment.Length; i++)
        {
            var character = (char)segment[i];
            if (char.IsAsciiDigit(character))
            {
                digits++;
                hex++;
                run++;
                longestRun = Math.Max(longestRun, run);
                continue;
            }

            if (character is '-' or '_')
            {
                hasNumberPart |= run > 0 && run == i - partStart;
                partStart = i + 1;
                hex++;
            }
            else if (char.IsAsciiLetter(character))
            {
                letters++;
                hex += char.IsAsciiHexDigit(character) ? 1 : 0;
            }

            run = 0;
        }

        hasNumberPart |= run > 0 && run == segment.Length - partStart;
        var isVersion = letters == 1 && segment.Length <= 4 && segment[0] is (byte)'v' or (byte)'V';
        var isHex = hex == segment.Length && digits + letters >= MinHexSize;
        return !isVersion
            && (isHex || hasNumberPart || longestRun > MaxDigitRun || digits >= letters || !IsPlain(segment));
    }
}
