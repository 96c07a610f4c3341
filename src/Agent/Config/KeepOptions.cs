// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Config;

/// <summary>HILO_KEEP, HILO_KEEP_AGE and HILO_KEEP_BYTES: which traces are exported although they are not sampled.</summary>
/// <param name="Errors">Those in which a request failed.</param>
/// <param name="SlowerThan">Those in which one took that long; null: however long.</param>
/// <param name="Age">How long exchanges are held until they are forgotten.</param>
/// <param name="Bytes">What they may take.</param>
internal sealed record KeepOptions(bool Errors, TimeSpan? SlowerThan, TimeSpan Age, int Bytes)
{
    internal static readonly KeepOptions Nothing = new(false, null, TimeSpan.FromSeconds(DefaultAge), DefaultBytes);

    private const double DefaultAge = 10;
    private const int DefaultBytes = 4 << 20;
    private const int LeastBytes = 64 << 10;

    internal bool IsOn => Errors || SlowerThan is not null;

    internal static KeepOptions Parse(string? keep, string? age, string? bytes)
    {
        var (errors, slower) = (false, (TimeSpan?)null);
        foreach (var word in (keep ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (word == "errors")
            {
                errors = true;
            }
            else if (word != "off")
            {
                slower = Durations.Parse(word) ?? throw new ConfigException("HILO_KEEP", keep!, "use errors, a duration like 500ms or 2s, both with a comma between, or off");
            }
        }
        var held = TimeSpan.FromSeconds(OverheadOptions.Number("HILO_KEEP_AGE", age, DefaultAge, 0.1, "use seconds, 0.1 or more"));
        return new KeepOptions(errors, slower, held, ParseBytes(bytes));
    }

    private static int ParseBytes(string? text) =>
        string.IsNullOrWhiteSpace(text) ? DefaultBytes
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) && bytes >= LeastBytes ? bytes
        : throw new ConfigException("HILO_KEEP_BYTES", text, $"use a number of bytes, {LeastBytes} or more");
}
