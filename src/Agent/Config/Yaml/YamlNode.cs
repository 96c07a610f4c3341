// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config.Yaml;

/// <summary>Where something stands in a file; both count from 1.</summary>
internal readonly record struct YamlPlace(int Line, int Column)
{
    public override string ToString() => $"{Line}:{Column}";
}

/// <summary>A value in a YAML file.</summary>
internal abstract record YamlNode(YamlPlace Place)
{
    /// <summary>Written as nothing, <c>~</c> or <c>null</c>.</summary>
    internal bool IsNull => this is YamlScalar { IsPlain: true, Text: "" or "~" or "null" or "Null" or "NULL" };
}

/// <param name="IsPlain">Without quotes.</param>
internal sealed record YamlScalar(YamlPlace Place, string Text, bool IsPlain) : YamlNode(Place);

internal sealed record YamlSequence(YamlPlace Place, IReadOnlyList<YamlNode> Items) : YamlNode(Place);

/// <summary>No key stands twice in it.</summary>
internal sealed record YamlMapping(YamlPlace Place, IReadOnlyList<KeyValuePair<YamlScalar, YamlNode>> Entries) : YamlNode(Place)
{
    internal YamlNode? Find(string key) => Entries.FirstOrDefault(entry => entry.Key.Text == key).Value;
}
