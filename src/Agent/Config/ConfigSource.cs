// SPDX-License-Identifier: Apache-2.0
// Precedence: the environment, then the file, then defaults. Readers ask for variables, one at a time; what stands in the file is
// the answer where none of the variables of its key is set. So every value is read in one place, wherever it comes from.
namespace Agent.Config;

/// <summary>Everything that Hilo was told.</summary>
internal sealed class ConfigSource
{
    private const string ObiPrefix = "OTEL_EBPF_";
    private const string ReceiverPrefix = "HILO_RECEIVER_";

    // Beyla is what OBI came from, and its users still have these.
    private static readonly string[] OldPrefixes = ["BEYLA_", "BEYLA_OTEL_"];
    private static readonly string[] FileVariables = ["HILO_CONFIG", "OTEL_EBPF_CONFIG_PATH"];

    private static readonly ConfigKey Unknown = new("", KeyType.Text, "");

    private readonly Func<string, string?> _environment;
    private readonly Dictionary<string, Setting> _fromFile = new(StringComparer.Ordinal);

    internal ConfigSource(Func<string, string?> environment, ConfigFile? file = null)
    {
        _environment = environment;
        File = file;
        if (file is not null)
        {
            AddFile(file);
        }
    }

    internal ConfigFile? File { get; }

    /// <param name="named">On the command line; null: nothing was.</param>
    internal static string? FileToRead(string? named, Func<string, string?> environment) =>
        named ?? FileVariables.Select(name => FromEnvironment(environment, name).Value).FirstOrDefault(value => value is not null);

    internal static ConfigSource Load(string? path, Func<string, string?> environment) =>
        new(environment, path is null ? null : ConfigFile.Load(path, environment));

    /// <summary>The answer for a variable, whatever gives it; null when nothing does.</summary>
    internal string? Variable(string name) => Find(name)?.Value;

    /// <summary>The same, with where it stands.</summary>
    internal Setting? Find(string name) => FindAsWritten(name) is { } setting ? Meant(setting) : null;

    /// <summary>What holds for a key; null: its default.</summary>
    internal Setting? Find(ConfigKey key) => FindAsWritten(key) is { } setting ? Meant(setting) : null;

    /// <summary>The same, with words of OBI as they are.</summary>
    internal Setting? FindAsWritten(ConfigKey key) =>
        key.Variables.Where(name => !name.EndsWith('*')).Select(FindAsWritten).FirstOrDefault(found => found is not null);

    private Setting? FindAsWritten(string name)
    {
        if (ConfigKeys.FindVariable(name) is not { } key)
        {
            return FromEnvironment(_environment, name) is (var own, { } text) ? new Setting(Unknown, own, text) : null;
        }
        var isFirst = key.Variables[0] == name;
        var asked = isFirst && !key.IsAskedForEach ? key.Variables : [name];
        return FindSet(key, asked) ??
            (asked.Count == key.Variables.Count || FindSet(key, key.Variables) is null ? _fromFile.GetValueOrDefault(name) : null);
    }

    /// <summary>Keys that hold something else in the other. Lists of selectors are live and not compared.</summary>
    internal static IEnumerable<ConfigKey> Differences(ConfigSource one, ConfigSource other) =>
        ConfigKeys.All.Where(key => key.Fate == KeyFate.Read && one.Find(key)?.Value != other.Find(key)?.Value)
            .Concat(one._fromFile.Keys.Union(other._fromFile.Keys)
                .Where(name => name.StartsWith(ReceiverPrefix, StringComparison.Ordinal) && one.Find(name)?.Value != other.Find(name)?.Value)
                .Select(_ => ConfigKeys.Find("receivers")!))
            .Distinct();

    /// <summary>The entries of a list of maps.</summary>
    internal IReadOnlyList<FileItem> Items(string path) => File?.Items(path) ?? [];

    internal bool HasItems(string path) => File?.HasItems(path) ?? false;

    /// <summary>What to tell of a failure to read options: one line each.</summary>
    internal IReadOnlyList<string> Explain(FormatException failure) => failure switch
    {
        ConfigFileException { Problems: var problems } => problems,
        ConfigException refused when Find(refused.Name) is { } setting => [Explain(refused, setting)],
        _ => [failure.Message],
    };

    // The reader knows the name that it asked for, and maybe that of a variable that is not set.
    private static string Explain(ConfigException refused, Setting setting)
    {
        var value = refused.Value is null || setting.Key.IsSecret ? "" : setting.File is null ? $"={refused.Value}" : $": {refused.Value}";
        return $"{setting.Where}{value} cannot be used: {refused.Remedy}";
    }

    internal static string ReceiverVariable(string name, string suffix) =>
        $"{ReceiverPrefix}{name.Replace('-', '_').ToUpperInvariant()}_{suffix.ToUpperInvariant()}";

    private Setting? FindSet(ConfigKey key, IEnumerable<string> names)
    {
        foreach (var name in names)
        {
            if (FromEnvironment(_environment, name) is (var own, { } value))
            {
                return new Setting(key, own, value);
            }
        }
        return null;
    }

    // Empty counts as not set, as OpenTelemetry says.
    private static (string Name, string? Value) FromEnvironment(Func<string, string?> environment, string name)
    {
        var value = environment(name);
        for (var i = 0; string.IsNullOrWhiteSpace(value) && i < OldPrefixes.Length && name.StartsWith(ObiPrefix, StringComparison.Ordinal); i++)
        {
            var old = OldPrefixes[i] + name[ObiPrefix.Length..];
            if (environment(old) is { } found && !string.IsNullOrWhiteSpace(found))
            {
                return (old, found.Trim());
            }
        }
        return (name, string.IsNullOrWhiteSpace(value) ? null : value.Trim());
    }

    private static Setting Meant(Setting setting)
    {
        if (setting.Key is { Type: KeyType.List, Translated.Count: > 0 })
        {
            var left = setting.Items().Where(item => setting.Key.Translated.All(other => other.Word != item)).DefaultIfEmpty("none");
            return setting with { Value = string.Join(',', left) };
        }
        var word = setting.Value.ToLowerInvariant();
        foreach (var (theirs, ours, _) in setting.Key.Translated)
        {
            if (word == theirs)
            {
                return setting with { Value = ours };
            }
        }
        return setting.Key.Type != KeyType.Switch ? setting : word switch
        {
            "true" or "1" or "t" or "yes" or "on" => setting with { Value = "true" },
            "false" or "0" or "f" or "no" or "off" => setting with { Value = "false" },
            _ => setting,
        };
    }

    private void AddFile(ConfigFile file)
    {
        foreach (var value in file.Values.Values.Where(value => value.Key is { Fate: KeyFate.Read, Variables.Count: > 0 }))
        {
            Add(value.Key.Variables[value.Key.Answers(value.Text)], value.Key.Path, value);
        }
        foreach (var value in file.Values.Values.Where(value => value.Key.SameAs is { } now && !file.Values.ContainsKey(now)))
        {
            Add(ConfigKeys.Find(value.Key.SameAs!)!.Variables[0], value.Key.Path, value);
        }
        AddReceivers(file);
    }

    private void AddReceivers(ConfigFile file)
    {
        var receivers = file.Items("receivers");
        foreach (var item in receivers)
        {
            var name = item.Text("name") is { Length: > 0 } given ? given : throw new ConfigFileException(
                [$"{file.Locate(item.Place)}: a receiver needs a name"]);
            foreach (var (suffix, value) in item.Values.Where(value => value.Key != "name"))
            {
                Add(ReceiverVariable(name, suffix), $"receivers[{name}].{suffix}", value);
            }
        }
        if (receivers.Count > 0)
        {
            var key = ConfigKeys.Find("receivers")!;
            var first = receivers[0].Values["name"];
            Add("HILO_RECEIVERS", key.Path, new FileValue(key, [.. receivers.Select(item => item.Text("name")!)], first.Place));
        }
    }

    private void Add(string variable, string path, FileValue value)
    {
        if (value.Text.Length > 0)
        {
            _fromFile[variable] = new Setting(value.Key, path, value.Text, File!.Path, value.Place);
        }
    }
}
