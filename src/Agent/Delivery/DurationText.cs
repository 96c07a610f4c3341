// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Delivery;

/// <summary>Durations with three significant digits at most: 870 ns, 12.4 µs, 3.05 ms, 1.20 s, 95.0 s.</summary>
internal static class DurationText
{
    public static string Format(ulong nanoseconds)
    {
        double value = nanoseconds;
        ReadOnlySpan<string> units = ["ns", "µs", "ms"];
        foreach (var unit in units)
        {
            // 999.5 would round up to four digits: it belongs to the next unit.
            if (value < 999.5)
            {
                return Text(value, unit);
            }

            value /= 1000;
        }

        return Text(value, "s");
    }

    private static string Text(double value, string unit)
    {
        var digits = unit == "ns" || value >= 99.95 ? "0" : value >= 9.995 ? "0.0" : "0.00";
        return $"{value.ToString(digits, CultureInfo.InvariantCulture)} {unit}";
    }
}
