// SPDX-License-Identifier: Apache-2.0
// From YAML to values by key. What a value means is left to those who read it, whether it comes from here or from a variable;
// here it gets the form that a variable would have.
using Agent.Config.Yaml;

namespace Agent.Config;

/// <summary>A configuration file that was read. Everything that is wrong with its form is found at once.</summary>
internal sealed class ConfigFile
{
    private readonly Func<string, string?> _environment;
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, FileValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<FileItem>> _items = new(StringComparer.Ordinal);

    private ConfigFile(string path, Func<string, string?> environment)
    {
        Path = path;
        _environment = environment;
    }

    internal string Path { get; }

    internal IReadOnlyDictionary<string, FileValue> Values => _values;

    /// <summary>What stands in a list of maps.</summary>
    internal IReadOnlyList<FileItem> Items(string path) => _items.GetValueOrDefault(path) ?? [];

    /// <summary>The list is there, and be it empty.</summary>
    internal bool HasItems(string path) => _items.ContainsKey(path);

    /// <summary>Those in lists too.</summary>
    internal IEnumerable<FileValue> AllValues => _values.Values
        .Concat(_items.Values.SelectMany(items => items).SelectMany(item => item.Values.Values))
        .OrderBy(value => value.Place.Line);

    /// <summary>Throws <see cref="ConfigFileException"/>.</summary>
    internal static ConfigFile Load(string path, Func<string, string?> environment)
    {
        try
        {
            return Read(path, File.ReadAllBytes(path), environment);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigFileException([$"{path} cannot be read: {e.Message.TrimEnd('.')}"]);
        }
    }

    internal static ConfigFile Read(string path, ReadOnlySpan<byte> text, Func<string, string?> environment)
    {
        var file = new ConfigFile(path, environment);
        try
        {
            var root = YamlReader.Read(text);
            if (root is not null)
            {
                file.ReadSection("", root, file._values);
            }
        }
        catch (YamlException wrong)
        {
            file._problems.Add($"{path}:{wrong.Message}");
        }
        return file._problems.Count == 0 ? file : throw new ConfigFileException(file._problems);
    }

    /// <summary>As places are shown: file, line, column.</summary>
    internal string Locate(YamlPlace place) => $"{Path}:{place}";

    private void ReadSection(string path, YamlNode node, Dictionary<string, FileValue> values)
    {
        if (node.IsNull)
        {
            return;
        }
        if (node is not YamlMapping mapping)
        {
            Refuse(node.Place, path.Length == 0 ? "the file must be a map of keys" : $"{path} is a section: write keys below it");
            return;
        }
        foreach (var (key, value) in mapping.Entries)
        {
            var name = path.Length == 0 ? key.Text : $"{path}.{key.Text}";
            if (ConfigKeys.Find(name) is { } known)
            {
                ReadKey(known, value, values);
            }
            else if (ConfigKeys.IsSection(name))
            {
                ReadSection(name, value, values);
            }
            else
            {
                var meant = Nearest.Of(key.Text, ConfigKeys.Siblings(path));
                Refuse(key.Place, $"{name} is no key{(meant is null ? "" : $"; is {meant} meant?")}");
            }
        }
    }

    private void ReadKey(ConfigKey key, YamlNode node, Dictionary<string, FileValue> values)
    {
        if (key.Type == KeyType.Items)
        {
            ReadItems(key, node);
        }
        else if (key.Type == KeyType.Any)
        {
            values[key.Path] = new FileValue(key, [SaysNothing(node) ? "" : node is YamlScalar any ? any.Text : "..."], node.Place);
        }
        else if (!node.IsNull)
        {
            switch (node)
            {
                case YamlScalar scalar:
                    Keep([Scalar(key, scalar)]);
                    break;
                case YamlSequence sequence when key.Type is KeyType.List or KeyType.Ports && sequence.Items.All(item => item is YamlScalar):
                    Keep([.. sequence.Items.Select(item => Scalar(key, (YamlScalar)item))]);
                    break;
                case YamlMapping mapping when key.Type == KeyType.Map && mapping.Entries.All(entry => entry.Value is YamlScalar):
                    Keep([.. mapping.Entries.Select(entry => Pair(key, entry.Key.Text, (YamlScalar)entry.Value))]);
                    break;
                default:
                    Refuse(node.Place, $"{key.Path} is {Kind(key.Type)}");
                    break;
            }
        }

        void Keep(IReadOnlyList<string> parts) => values[key.Path] = new FileValue(key, parts, node.Place);
    }

    private void ReadItems(ConfigKey key, YamlNode node)
    {
        var items = _items[key.Path] = [];
        if (node.IsNull || node is YamlScalar { Text: "" })
        {
            return; // an empty list
        }
        if (node is not YamlSequence sequence)
        {
            Refuse(node.Place, $"{key.Path} is a list: begin each entry with a dash");
            return;
        }
        foreach (var item in sequence.Items)
        {
            var values = new Dictionary<string, FileValue>(StringComparer.Ordinal);
            ReadSection($"{key.Path}[]", item, values);
            items.Add(new FileItem(item.Place, values.ToDictionary(
                value => value.Key[(key.Path.Length + "[].".Length)..], value => value.Value, StringComparer.Ordinal)));
        }
    }

    private string Scalar(ConfigKey key, YamlScalar scalar)
    {
        if (!Substitution.TryApply(scalar.Text, _environment, out var text))
        {
            Refuse(scalar.Place, $"{key.Path}: use ${{NAME}} or ${{NAME:-otherwise}}, and $$ for a dollar sign");
        }
        return text.Trim();
    }

    // In the form of OTEL_EXPORTER_OTLP_HEADERS.
    private string Pair(ConfigKey key, string name, YamlScalar value) =>
        $"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(Scalar(key, value))}";

    /// <summary>Off, none, or nothing: what does not do it anyway need not be told.</summary>
    internal static bool SaysNothing(string text) =>
        text.Trim().ToLowerInvariant() is "" or "false" or "0" or "no" or "off" or "none" or "disabled" or "0s" or "~" or "null";

    private static bool SaysNothing(YamlNode node) => node switch
    {
        YamlScalar scalar => SaysNothing(scalar.Text),
        YamlSequence sequence => sequence.Items.Count == 0,
        YamlMapping mapping => mapping.Entries.All(entry => SaysNothing(entry.Value)),
        _ => false,
    };

    private void Refuse(YamlPlace place, string problem) => _problems.Add($"{Locate(place)}: {problem}");

    private static string Kind(KeyType type) => type switch
    {
        KeyType.List or KeyType.Ports => "a list",
        KeyType.Map => "a map of names and values",
        KeyType.Word => "a word",
        KeyType.Switch => "true or false",
        KeyType.Number => "a number",
        KeyType.Duration => "a duration",
        KeyType.Size => "a size",
        _ => "a text",
    };
}
