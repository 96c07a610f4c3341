// SPDX-License-Identifier: Apache-2.0
// The one table of everything that can be configured: reading, checking, printing, the schema and docs/configuration.md are
// made from it.
using Agent.Config.Keys;

namespace Agent.Config;

/// <summary>All keys.</summary>
internal static class ConfigKeys
{
    private const string Receiver = "receivers[].";
    private const string ReceiverPrefix = "HILO_RECEIVER_";

    internal static readonly ConfigKey[] All = [.. TargetKeys.All, .. TraceKeys.All, .. DeliveryKeys.All, .. AgentKeys.All, .. KubernetesKeys.All, .. ObiKeys.All];

    private static readonly Dictionary<string, ConfigKey> ByPath =
        All.Where(key => key.Path.Length > 0).ToDictionary(key => key.Path, StringComparer.Ordinal);

    internal static ConfigKey? Find(string path) => ByPath.GetValueOrDefault(path);

    internal static ConfigKey? FindVariable(string name) =>
        Array.Find(All, key => key.HasVariable(name)) ??
        (name.StartsWith(ReceiverPrefix, StringComparison.Ordinal) ? FindOfReceiver(name) : null);

    // HILO_RECEIVER_A_CLIENT_KEY: the longest end that is a key.
    private static ConfigKey? FindOfReceiver(string name) => All
        .Where(key => key.Path.StartsWith(Receiver, StringComparison.Ordinal) &&
            name.EndsWith("_" + key.Path[Receiver.Length..], StringComparison.OrdinalIgnoreCase))
        .MaxBy(key => key.Path.Length);

    /// <summary>True when keys begin with it.</summary>
    internal static bool IsSection(string path) => Array.Exists(All, key => key.Path.StartsWith(path + ".", StringComparison.Ordinal));

    /// <summary>What can stand next to a key of this path: names of keys and sections in the same section.</summary>
    internal static IEnumerable<string> Siblings(string section)
    {
        var start = section.Length == 0 ? "" : section + ".";
        return All.Where(key => key.Path.StartsWith(start, StringComparison.Ordinal) && key.Path.Length > start.Length)
            .Select(key => key.Path[start.Length..])
            .Select(rest => rest[..Math.Min(End(rest, '.'), End(rest, '['))])
            .Distinct();
    }

    private static int End(string text, char mark) => text.IndexOf(mark, StringComparison.Ordinal) is var end && end < 0 ? text.Length : end;
}
