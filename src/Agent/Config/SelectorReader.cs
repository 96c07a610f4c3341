// SPDX-License-Identifier: Apache-2.0
// Selectors come from a few keys, which together are one entry, and from lists of entries. As with OBI: process ids alone are all
// there is; the lists with patterns take the place of those with regular expressions, and the entry of the keys comes last.
using System.Globalization;
using Agent.Kubernetes;
using Agent.Targets;

namespace Agent.Config;

/// <summary>From configuration to the selector of targets.</summary>
internal sealed class SelectorReader
{
    private const string Pids = "OTEL_EBPF_TARGET_PID";
    private const string PatternRemedy = "use a pattern like */{nginx,python3*}";

    // Collectors and agents: they would be traced handing on what was traced.
    private const string UsuallyExcluded =
        "{*/otelcol*,*otelcol-contrib,*/obi,*/beyla,*/ebpf-instrument,*/alloy,*/grafana-agent,*prometheus-config-reloader}";

    // What a cluster is run with, as with OBI.
    private const string SystemNamespaces =
        "{kube-system,kube-node-lease,local-path-storage,cert-manager,monitoring,gke-*,gatekeeper-system}";

    private readonly ConfigSource _source;
    private readonly Variables _settings;

    private SelectorReader(ConfigSource source)
    {
        _source = source;
        _settings = new Variables(source.Variable);
    }

    internal static TargetSelector Read(ConfigSource source) => new SelectorReader(source).Read();

    private TargetSelector Read()
    {
        var isOld = IsOld();
        return new TargetSelector(
            ReadSelected(isOld),
            isOld ? ReadList("discovery.exclude_services", isRegex: true) : ReadList("discovery.exclude_instrument"),
            ReadUsual(isOld));
    }

    // Only what was written for old releases: no list with patterns.
    private bool IsOld() =>
        (_source.Items("discovery.services").Count > 0 || _source.HasItems("discovery.exclude_services")) &&
        _source.Items("discovery.instrument").Count == 0 && !_source.HasItems("discovery.exclude_instrument");

    private List<Selector> ReadSelected(bool isOld)
    {
        var keys = ReadKeys();
        if (keys is { Pids: not null })
        {
            return [keys];
        }
        var entries = isOld ? ReadList("discovery.services", isRegex: true) : ReadList("discovery.instrument");
        if (_settings.Switch("OTEL_EBPF_SYSTEM_WIDE") == true)
        {
            entries.Add(new Selector { Program = Glob.Everything });
        }
        if (keys is not null)
        {
            entries.Add(keys);
        }
        return entries;
    }

    // Null: none of them is set.
    private Selector? ReadKeys()
    {
        var naming = new Naming(_settings.Text("OTEL_EBPF_SERVICE_NAME"), _settings.Text("OTEL_EBPF_SERVICE_NAMESPACE"));
        if (_settings.Find(Pids) is var (name, list))
        {
            return new Selector { Pids = ReadPids(name, list, _settings.List(Pids)), Naming = naming };
        }
        var keys = new Selector
        {
            Ports = Parse<PortRanges>("OTEL_EBPF_OPEN_PORT", PortRanges.TryParse, "use ports and ranges like 80,443,8000-8999"),
            Program = Parse<Glob>("OTEL_EBPF_AUTO_TARGET_EXE", Glob.TryParse, PatternRemedy) ??
                (IPattern?)Parse<PosixRegex>("OTEL_EBPF_EXECUTABLE_PATH", PosixRegex.TryParse, "use a regular expression like .*/nginx, or auto_target_exe"),
            Language = Parse<Glob>("OTEL_EBPF_AUTO_TARGET_LANGUAGE", TryParseWords, "use a pattern like {go,java}"),
            Naming = naming,
        };
        return keys.HasConditions ? keys : null;
    }

    private Selector[] ReadUsual(bool isOld)
    {
        var list = isOld ? "discovery.default_exclude_services" : "discovery.default_exclude_instrument";
        return _source.HasItems(list) ? [.. ReadList(list, isOld)]
            : Glob.TryParse(UsuallyExcluded, out var usual) && Glob.TryParse(SystemNamespaces, out var namespaces)
                ? [new Selector { Program = usual }, new Selector { Pod = new PodSelector { Namespace = namespaces } }]
            : [];
    }

    private List<Selector> ReadList(string list, bool isRegex = false) =>
        [.. _source.Items(list).Select(item => new SelectorItem(_source.File!, list, item, isRegex).Read())];

    private T? Parse<T>(string name, TryParse<T> parse, string remedy)
        where T : class =>
        _settings.Find(name) is not var (found, text) ? null
            : parse(text, out var value) ? value
            : throw new ConfigException(found, text, remedy);

    internal static HashSet<int>? ParsePids(IEnumerable<string> parts)
    {
        var pids = new HashSet<int>();
        foreach (var part in parts)
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 0)
            {
                return null;
            }
            pids.Add(pid);
        }
        return pids;
    }

    /// <summary>A comma between words means either, as in braces.</summary>
    internal static bool TryParseWords(string text, out Glob words) =>
        Glob.TryParse(text.Contains(',', StringComparison.Ordinal) && !text.Contains('{', StringComparison.Ordinal) ? $"{{{text}}}" : text, out words);

    private static HashSet<int> ReadPids(string name, string list, IEnumerable<string> parts) =>
        ParsePids(parts) ?? throw new ConfigException(name, list, "use process ids separated by commas");
}

internal delegate bool TryParse<T>(string text, out T value);
