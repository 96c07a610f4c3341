// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>What was set and does nothing, or not quite what it says: each said once.</summary>
internal static class ConfigWarnings
{
    private static readonly string[] OwnPrefixes = ["OTEL_EBPF_", "HILO_"];
    private static readonly string[] OldPrefixes = ["BEYLA_OTEL_", "BEYLA_"];

    // Kubernetes tells every container of every service like this; one of them may be called hilo.
    private static readonly string[] ServiceLinks = ["HILO_SERVICE_", "HILO_PORT_"];

    /// <param name="environment">The names of all variables there are.</param>
    internal static IReadOnlyList<string> Of(ConfigSource source, IEnumerable<string> environment)
    {
        var warnings = new List<string>();
        var named = new HashSet<ConfigKey>();
        AddFile(source, warnings, named);
        foreach (var name in environment.Order(StringComparer.Ordinal))
        {
            AddVariable(source, name, warnings, named);
        }
        foreach (var key in ConfigKeys.All.Where(key => key.Translated.Count > 0))
        {
            AddTranslation(source, key, warnings);
        }
        return warnings;
    }

    private static void AddFile(ConfigSource source, List<string> warnings, HashSet<ConfigKey> named)
    {
        if (source.File is not { } file)
        {
            return;
        }
        foreach (var value in file.AllValues.Where(value => value.Key.Fate != KeyFate.Read && !ConfigFile.SaysNothing(value.Text)))
        {
            if (named.Add(value.Key))
            {
                warnings.Add($"{file.Locate(value.Place)}: {Fate(value.Key, value.Key.Path)}");
            }
        }
    }

    private static void AddVariable(ConfigSource source, string name, List<string> warnings, HashSet<ConfigKey> named)
    {
        var current = Current(name);
        if (!OwnPrefixes.Any(prefix => current.StartsWith(prefix, StringComparison.Ordinal)) ||
            ServiceLinks.Any(prefix => current.StartsWith(prefix, StringComparison.Ordinal)))
        {
            return;
        }
        if (ConfigKeys.FindVariable(current) is { } key)
        {
            if (key.Fate != KeyFate.Read && source.Find(current) is { } setting && !ConfigFile.SaysNothing(setting.Value) && named.Add(key))
            {
                warnings.Add(Fate(key, name));
            }
            return;
        }
        var meant = Nearest.Of(current, ConfigKeys.All.SelectMany(other => other.Variables).Where(variable => !variable.Contains('<', StringComparison.Ordinal)));
        if (meant is not null || current == name && name.StartsWith(OwnPrefixes[0], StringComparison.Ordinal))
        {
            warnings.Add($"{name} is not known{(meant is null ? "" : $"; is {meant} meant?")}");
        }
    }

    private static void AddTranslation(ConfigSource source, ConfigKey key, List<string> warnings)
    {
        if (source.FindAsWritten(key) is not { } setting)
        {
            return;
        }
        foreach (var (word, instead, why) in key.Translated)
        {
            if (key.Type == KeyType.List ? setting.Items().Contains(word) : setting.Value.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                warnings.Add($"{setting.Where}: {word} {(instead.Length > 0 ? $"is taken as {instead}" : "is left out")}: {why}");
            }
        }
    }

    private static string Current(string name)
    {
        foreach (var prefix in OldPrefixes)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return OwnPrefixes[0] + name[prefix.Length..];
            }
        }
        return name;
    }

    private static string Fate(ConfigKey key, string name) =>
        key.Fate == KeyFate.Pointless ? $"{name} has no effect: {key.Meaning}" : $"{name} is not supported: {key.Meaning}";
}
