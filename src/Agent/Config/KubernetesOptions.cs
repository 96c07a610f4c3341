// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>Whether and how names are asked of Kubernetes.</summary>
internal sealed record KubernetesOptions
{
    internal const string EnableName = "OTEL_EBPF_KUBE_METADATA_ENABLE";
    internal const string DefaultAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

    internal static readonly KubernetesOptions Off = new();

    /// <summary>Where the API server is; null: names are not asked for.</summary>
    internal Uri? Server { get; init; }

    /// <summary>Names are asked for, and this is not in a pod.</summary>
    internal bool IsMissed { get; init; }

    /// <summary>The folder with <c>token</c>, <c>ca.crt</c> and <c>namespace</c>.</summary>
    internal string Account { get; init; } = DefaultAccount;

    /// <summary>k8s.cluster.name; null: not said.</summary>
    internal string? ClusterName { get; init; }

    /// <summary>The node whose pods are watched; null: found out.</summary>
    internal string? NodeName { get; init; }

    /// <summary>Pods of other nodes are of no interest.</summary>
    internal bool OnlyLocalPods { get; init; } = true;

    /// <summary>Services are watched, so that peers can be named.</summary>
    internal bool WatchesServices { get; init; } = true;

    /// <summary>How long spans of a process whose pod is not known are held.</summary>
    internal TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The first pause after a failure.</summary>
    internal TimeSpan Reconnect { get; init; } = TimeSpan.FromSeconds(1);

    internal static KubernetesOptions Read(Variables settings)
    {
        var enable = settings.Word(EnableName, "use true, false or autodetect", "true", "false", "autodetect") ?? "autodetect";
        var account = settings.Text("HILO_KUBE_ACCOUNT") ?? DefaultAccount;
        if (enable == "false")
        {
            return Off;
        }
        if (settings.Text("KUBERNETES_SERVICE_HOST") is not { } host || (enable == "autodetect" && !File.Exists($"{account}/token")))
        {
            return Off with { IsMissed = enable == "true" };
        }
        var informers = settings.List("OTEL_EBPF_KUBE_DISABLE_INFORMERS");
        return new KubernetesOptions
        {
            Server = ReadServer(host, settings.Text("KUBERNETES_SERVICE_PORT") ?? "443"),
            Account = account,
            ClusterName = settings.Text("OTEL_EBPF_KUBE_CLUSTER_NAME"),
            NodeName = settings.Text("HILO_KUBE_NODE_NAME"),
            OnlyLocalPods = settings.Switch("OTEL_EBPF_KUBE_META_RESTRICT_LOCAL_NODE") ?? true,
            WatchesServices = !informers.Any(name => name is "service" or "services"),
            Wait = settings.Duration("HILO_KUBE_WAIT") ?? TimeSpan.FromSeconds(5),
            Reconnect = settings.Duration("OTEL_EBPF_KUBE_RECONNECT_INITIAL_INTERVAL") ?? TimeSpan.FromSeconds(1),
        };
    }

    private static Uri ReadServer(string host, string port)
    {
        var name = host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[') ? $"[{host}]" : host;
        return Uri.TryCreate($"https://{name}:{port}/", UriKind.Absolute, out var server)
            ? server
            : throw new ConfigException("KUBERNETES_SERVICE_HOST", $"{host}:{port}", "use a host name or an address, and a port");
    }
}
