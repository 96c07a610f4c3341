// SPDX-License-Identifier: Apache-2.0
using Agent.Config.Yaml;

namespace Agent.Config;

/// <summary>What a file says at one key.</summary>
/// <param name="Key">The row of the table.</param>
/// <param name="Parts">One, unless it is a list.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record FileValue(ConfigKey Key, IReadOnlyList<string> Parts, YamlPlace Place)
{
    /// <summary>As a variable would hold it.</summary>
    internal string Text => string.Join(',', Parts);
}

/// <summary>One entry of a list of maps: values by what stands behind <c>path[].</c></summary>
internal sealed record FileItem(YamlPlace Place, IReadOnlyDictionary<string, FileValue> Values)
{
    internal string? Text(string name) => Values.GetValueOrDefault(name)?.Text;
}
