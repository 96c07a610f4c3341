// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Config;

/// <summary>One entry of a list of selectors.</summary>
internal sealed class SelectorItem(ConfigFile file, string list, FileItem item, bool isRegex)
{
    internal Selector Read() => new()
    {
        Ports = Parse<PortRanges>("open_ports", PortRanges.TryParse, "use ports and ranges like 80,443,8000-8999"),
        Program = Pattern("exe_path", isRegex) ?? Pattern("exe_path_regexp", isRegex: true),
        Language = isRegex ? Pattern("languages", isRegex) : Parse<Glob>("languages", SelectorReader.TryParseWords, "use a pattern like {go,java}"),
        Arguments = Pattern("cmd_args", isRegex),
        Pids = item.Values.TryGetValue("target_pids", out var pids)
            ? SelectorReader.ParsePids(pids.Parts.SelectMany(part => part.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)))
                ?? throw Refuse("target_pids", "use process ids")
            : null,
        ContainersOnly = Switch("containers_only"),
        IsUntestable = item.Values.Keys.Any(name => name.StartsWith("k8s_", StringComparison.Ordinal) || name == "container_name"),
        Naming = new Naming(Text("name"), Text("namespace")),
        IsSilent = item.Values.TryGetValue("exports", out var exports) &&
            !exports.Parts.Any(part => part.Contains("traces", StringComparison.OrdinalIgnoreCase)),
    };

    private string? Text(string name) => item.Text(name) is { Length: > 0 } text ? text : null;

    private IPattern? Pattern(string name, bool isRegex) => isRegex
        ? Parse<PosixRegex>(name, PosixRegex.TryParse, "use an extended regular expression")
        : Parse<Glob>(name, Glob.TryParse, "use a pattern like */{nginx,python3*}");

    private bool Switch(string name) => Text(name)?.ToLowerInvariant() switch
    {
        null or "false" or "no" or "off" or "0" => false,
        "true" or "yes" or "on" or "1" => true,
        _ => throw Refuse(name, "use true or false"),
    };

    private T? Parse<T>(string name, TryParse<T> parse, string remedy)
        where T : class =>
        Text(name) is not { } text ? null
            : parse(text, out var value) ? value
            : throw Refuse(name, remedy);

    private ConfigFileException Refuse(string name, string remedy) =>
        new([$"{file.Locate(item.Values[name].Place)}: {list}[].{name}: {item.Text(name)} cannot be used: {remedy}"]);
}
