// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Config;

/// <summary>Durations and sizes as people write them.</summary>
internal static class Durations
{
    private static readonly (string Unit, double Milliseconds)[] Times =
        [("ms", 1), ("us", 0.001), ("µs", 0.001), ("ns", 0.000001), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];

    private static readonly (string Unit, long Bytes)[] Sizes =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("", 1)];

    /// <summary>As Go writes them: <c>100ms</c>, <c>1h30m</c>, <c>1.5s</c>; null when it is none, or not more than nothing.</summary>
    internal static TimeSpan? Parse(string text)
    {
        var milliseconds = 0.0;
        var rest = text.AsSpan().Trim();
        while (!rest.IsEmpty)
        {
            var digits = 0;
            while (digits < rest.Length && (char.IsAsciiDigit(rest[digits]) || rest[digits] == '.'))
            {
                digits++;
            }
            if (digits == 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return null;
            }
            rest = rest[digits..];
            var known = false;
            foreach (var (unit, factor) in Times)
            {
                if (rest.StartsWith(unit, StringComparison.Ordinal))
                {
                    milliseconds += number * factor;
                    rest = rest[unit.Length..];
                    known = true;
                    break;
                }
            }
            if (!known)
            {
                return null;
            }
        }
        return milliseconds is > 0 and < 1e12 ? TimeSpan.FromMilliseconds(milliseconds) : null;
    }

    /// <summary><c>512MiB</c>, or a number of bytes.</summary>
    internal static long? ParseSize(string text)
    {
        foreach (var (unit, factor) in Sizes)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) &&
                long.TryParse(text.AsSpan(0, text.Length - unit.Length).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) &&
                number <= long.MaxValue / factor)
            {
                return number * factor;
            }
        }
        return null;
    }
}
