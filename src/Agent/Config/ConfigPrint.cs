// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Config;

/// <summary>What holds, as a file, with where each value comes from. Secrets are not shown.</summary>
internal static class ConfigPrint
{
    private const string Secret = "'***'";
    private const int OriginColumn = 60;

    internal static string Of(ConfigSource source)
    {
        var output = new StringBuilder();
        Write(output, source, ConfigTree.Of(ConfigKeys.All.Where(key => key is { Fate: KeyFate.Read, SameAs: null })), "", "");
        foreach (var key in ConfigKeys.All.Where(key => key.Path.Length == 0))
        {
            foreach (var name in key.Variables)
            {
                if (source.Find(name) is { } setting)
                {
                    output.Append($"# {setting.Name}={(key.IsSecret ? "***" : setting.Value)}\n");
                }
            }
        }
        return output.ToString();
    }

    private static void Write(StringBuilder output, ConfigSource source, ConfigTree section, string path, string indent)
    {
        foreach (var (name, child) in section.Children)
        {
            var full = path.Length == 0 ? name : $"{path}.{name}";
            if (child.Key is { Type: KeyType.Items })
            {
                WriteItems(output, source, name, full, indent);
            }
            else if (child.Key is { } key)
            {
                WriteKey(output, source.Find(key), key, name, indent);
            }
            else
            {
                var below = new StringBuilder();
                Write(below, source, child, full, indent + "  ");
                if (below.Length > 0)
                {
                    output.Append($"{indent}{name}:\n").Append(below);
                }
            }
        }
    }

    private static void WriteKey(StringBuilder output, Setting? setting, ConfigKey key, string name, string indent)
    {
        var value = setting?.Value ?? key.Default;
        if (value is not null)
        {
            WriteLine(output, $"{indent}{name}: {(key.IsSecret ? Secret : Quoted(value))}", setting?.Origin ?? "default");
        }
    }

    private static void WriteItems(StringBuilder output, ConfigSource source, string name, string path, string indent)
    {
        if (path == "receivers")
        {
            WriteReceivers(output, source, indent);
            return;
        }
        var items = source.Items(path);
        if (items.Count == 0)
        {
            return;
        }
        output.Append($"{indent}{name}:\n");
        foreach (var item in items)
        {
            var dash = "- ";
            foreach (var (key, value) in item.Values)
            {
                WriteLine(output, $"{indent}  {dash}{key}: {Quoted(value.Text)}", $"{source.File!.Path}:{value.Place}");
                dash = "  ";
            }
        }
    }

    private static void WriteReceivers(StringBuilder output, ConfigSource source, string indent)
    {
        if (source.Find("HILO_RECEIVERS") is not { } names)
        {
            return;
        }
        output.Append($"{indent}receivers:\n");
        foreach (var name in names.Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            WriteLine(output, $"{indent}  - name: {Quoted(name)}", names.Origin);
            foreach (var key in ConfigKeys.All.Where(key => key.Path.StartsWith("receivers[].", StringComparison.Ordinal)))
            {
                var suffix = key.Path["receivers[].".Length..];
                if (suffix != "name" && source.Find(ConfigSource.ReceiverVariable(name, suffix)) is { } setting)
                {
                    WriteKey(output, setting, key, suffix, $"{indent}    ");
                }
            }
        }
    }

    private static void WriteLine(StringBuilder output, string line, string origin) =>
        output.Append(line.PadRight(OriginColumn)).Append("  # ").Append(origin).Append('\n');

    // Quoted where YAML might see something else than this text.
    private static string Quoted(string text) =>
        text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '/' or '.' or '+') && text[0] != '-'
            ? text
            : $"'{text.Replace("'", "''", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal)}'";
}
