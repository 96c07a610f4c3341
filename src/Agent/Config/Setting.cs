// SPDX-License-Identifier: Apache-2.0
using Agent.Config.Yaml;

namespace Agent.Config;

/// <summary>What is set, and where.</summary>
/// <param name="Key">Its row of the table.</param>
/// <param name="Name">The variable, or the path in the file.</param>
/// <param name="Value">In the form of a variable.</param>
/// <param name="File">Null: it is a variable.</param>
/// <param name="Place">In that file.</param>
internal sealed record Setting(ConfigKey Key, string Name, string Value, string? File = null, YamlPlace Place = default)
{
    /// <summary>As messages begin: <c>file:line:column: path</c>, or the variable.</summary>
    internal string Where => File is null ? Name : $"{File}:{Place}: {Name}";

    /// <summary>Of a list.</summary>
    internal string[] Items() => Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>As <c>hilo config print</c> says it.</summary>
    internal string Origin => File is null ? Name : $"{File}:{Place}";
}
