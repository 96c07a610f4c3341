// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config.Keys;

/// <summary>How rows of the table are written.</summary>
internal static class Row
{
    /// <summary>A key that is read.</summary>
    /// <param name="variables">Separated by spaces, the one that readers ask for first.</param>
    internal static ConfigKey Key(string path, KeyType type, string variables, string? otherwise, string meaning) =>
        new(path, type, meaning) { Variables = Names(variables), Default = otherwise };

    /// <summary>The same, of words.</summary>
    internal static ConfigKey Choice(string path, string variables, string? otherwise, string words, string meaning) =>
        Key(path, KeyType.Word, variables, otherwise, meaning) with { Words = Names(words) };

    /// <summary>A key of OBI that there is no need for here.</summary>
    internal static ConfigKey Pointless(string path, string variables, string instead) =>
        new(path, KeyType.Any, instead) { Variables = Names(variables), Fate = KeyFate.Pointless };

    /// <summary>A key of OBI for something that Hilo cannot do.</summary>
    internal static ConfigKey Missing(string path, string variables, string instead) =>
        new(path, KeyType.Any, instead) { Variables = Names(variables), Fate = KeyFate.Missing };

    internal static ConfigKey Live(this ConfigKey key) => key with { IsLive = true };

    internal static ConfigKey Each(this ConfigKey key) => key with { IsAskedForEach = true };

    internal static ConfigKey Secret(this ConfigKey key) => key with { IsSecret = true };

    internal static ConfigKey Instead(this ConfigKey key, string word, string instead, string why) =>
        key with { Translated = [.. key.Translated, (word, instead, why)] };

    /// <summary>Words of a list that mean nothing here.</summary>
    internal static ConfigKey Without(this ConfigKey key, string words, string why) =>
        Names(words).Aggregate(key, (changed, word) => changed.Instead(word, "", why));

    private static string[] Names(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
