// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Config;

/// <summary>
/// Reads values by the names of variables, wherever they stand. Where there are several prefixes, a name is asked for with each, and
/// the first that is set wins. Empty counts as not set.
/// </summary>
internal sealed class Variables(Func<string, string?> variable, params string[] prefixes)
{
    private readonly string[] _prefixes = prefixes.Length > 0 ? prefixes : [""];

    /// <summary>The name to show where none is set.</summary>
    public string NameOf(string suffix) => _prefixes[^1] + suffix;

    public (string Name, string Value)? Find(string suffix)
    {
        foreach (var prefix in _prefixes)
        {
            if (variable(prefix + suffix)?.Trim() is { Length: > 0 } value)
            {
                return (prefix + suffix, value);
            }
        }

        return null;
    }

    public string? Text(string suffix) => Find(suffix)?.Value;

    /// <summary>What stands between commas.</summary>
    public string[] List(string suffix) =>
        (Text(suffix) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>One of some words, in any case; null when not set.</summary>
    public string? Word(string suffix, string remedy, params ReadOnlySpan<string> words)
    {
        if (Find(suffix) is not var (name, value))
        {
            return null;
        }

        var word = value.ToLowerInvariant();
        return words.Contains(word) ? word : throw new ConfigException(name, value, remedy);
    }

    public bool? Switch(string suffix) =>
        Word(suffix, "use true or false", "true", "false") is { } word ? word == "true" : null;

    /// <summary>A whole number above 0.</summary>
    public int? Number(string suffix, string remedy = "use a positive whole number") => Read<int>(
        suffix,
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null,
        remedy);

    public TimeSpan? Milliseconds(string suffix) =>
        Number(suffix, "use a positive number of milliseconds") is { } number ? TimeSpan.FromMilliseconds(number) : null;

    /// <summary>A duration; a number without a unit is milliseconds.</summary>
    public TimeSpan? Duration(string suffix, string remedy = "write a duration like 200ms or 5s") =>
        Read<TimeSpan>(suffix, text => Durations.Parse(text.All(char.IsAsciiDigit) ? text + "ms" : text), remedy);

    /// <summary>What <paramref name="parse"/> makes of it; its null is refused.</summary>
    public T? Read<T>(string suffix, Func<string, T?> parse, string remedy)
        where T : struct =>
        Find(suffix) is var (name, value) ? parse(value) ?? throw new ConfigException(name, value, remedy) : null;
}
