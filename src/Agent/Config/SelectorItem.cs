// SPDX-License-Identifier: Apache-2.0
using Agent.Kubernetes;
using Agent.Protocols;
using Agent.Targets;

namespace Agent.Config;

/// <summary>One entry of a list of selectors.</summary>
internal sealed class SelectorItem(ConfigFile file, string list, FileItem item, bool isRegex)
{
    private static readonly (string Key, string Kind)[] Workloads =
    [
        ("k8s_deployment_name", "Deployment"), ("k8s_replicaset_name", "ReplicaSet"), ("k8s_statefulset_name", "StatefulSet"),
        ("k8s_daemonset_name", "DaemonSet"), ("k8s_cronjob_name", "CronJob"), ("k8s_job_name", "Job"),
    ];

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
        Pod = ReadPod(),
        IsUntestable = item.Values.ContainsKey("container_name"),
        Naming = new Naming(Text("name"), Text("namespace"), ReadRoutes(), ReadSampler()),
        IsSilent = item.Values.TryGetValue("exports", out var exports) &&
            !exports.Parts.Any(part => part.Contains("traces", StringComparison.OrdinalIgnoreCase)),
    };

    private OwnRoutes? ReadRoutes()
    {
        var incoming = RoutesOf("routes.incoming");
        var outgoing = RoutesOf("routes.outgoing");
        return incoming.Count + outgoing.Count > 0 ? new OwnRoutes(incoming, outgoing) : null;
    }

    private SamplingOptions? ReadSampler()
    {
        const string name = "sampler.name", argument = "sampler.arg";
        try
        {
            return Text(name) is null && Text(argument) is null ? null : SamplingOptions.Parse(Text(name), Text(argument));
        }
        catch (ConfigException wrong)
        {
            throw Refuse(wrong.Name == SamplingOptions.Argument ? argument : name, wrong.Remedy);
        }
    }

    private IReadOnlyList<string> RoutesOf(string name)
    {
        var patterns = item.Values.GetValueOrDefault(name)?.Parts ?? [];
        return patterns.All(RouteReader.IsPattern) ? patterns : throw Refuse(name, RouteReader.Remedy);
    }

    // As with OBI: k8s_pod_labels and the like hold a pattern for each name.
    private PodSelector? ReadPod()
    {
        var pod = new PodSelector
        {
            Namespace = Pattern("k8s_namespace", isRegex),
            Name = Pattern("k8s_pod_name", isRegex),
            Container = Pattern("k8s_container_name", isRegex),
            Owner = Pattern("k8s_owner_name", isRegex),
            Workloads = [.. Workloads.Where(one => Text(one.Key) is not null).Select(one => (one.Kind, Pattern(one.Key, isRegex)!))],
            Labels = Patterns("k8s_pod_labels"),
            Annotations = Patterns("k8s_pod_annotations"),
        };
        return pod.HasConditions ? pod : null;
    }

    private List<(string Name, IPattern Value)> Patterns(string name)
    {
        var patterns = new List<(string, IPattern)>();
        foreach (var part in item.Values.TryGetValue(name, out var map) ? map.Parts : [])
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var text = Uri.UnescapeDataString(part[(equals + 1)..]);
            IPattern? value = isRegex
                ? PosixRegex.TryParse(text, out var regex) ? regex : null
                : Glob.TryParse(text, out var glob) ? glob : null;
            if (equals <= 0 || value is null)
            {
                throw Refuse(name, "use names with patterns: {app: 'cart*'}");
            }
            patterns.Add((Uri.UnescapeDataString(part[..equals]), value));
        }
        return patterns;
    }

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
