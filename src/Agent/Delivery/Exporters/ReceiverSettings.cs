// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Config;

namespace Agent.Delivery.Exporters;

/// <summary>
/// The variables of one receiver: all begin with one of a few prefixes, the first that is set wins. Empty counts as not set.
/// </summary>
internal sealed class ReceiverSettings(Func<string, string?> variable, params string[] prefixes)
{
    /// <summary>The name to show where none is set.</summary>
    public string NameOf(string suffix) => prefixes[^1] + suffix;

    public (string Name, string Value)? Find(string suffix)
    {
        foreach (var prefix in prefixes)
        {
            if (variable(prefix + suffix)?.Trim() is { Length: > 0 } value)
            {
                return (prefix + suffix, value);
            }
        }

        return null;
    }

    public string? Text(string suffix) => Find(suffix)?.Value;

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

    public TimeSpan? Milliseconds(string suffix)
    {
        if (Find(suffix) is not var (name, value))
        {
            return null;
        }

        return int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? TimeSpan.FromMilliseconds(number)
            : throw new ConfigException(name, value, "use a positive number of milliseconds");
    }
}
