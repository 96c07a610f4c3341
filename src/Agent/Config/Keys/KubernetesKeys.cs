// SPDX-License-Identifier: Apache-2.0
using static Agent.Config.Keys.Row;

namespace Agent.Config.Keys;

/// <summary>What the cluster is asked.</summary>
internal static class KubernetesKeys
{
    private const string Section = "attributes.kubernetes.";

    internal static readonly ConfigKey[] All =
    [
        Choice(Section + "enable", "OTEL_EBPF_KUBE_METADATA_ENABLE", "autodetect", "true false autodetect", "Names of pods, asked of the API server. autodetect: if this runs in a pod with a service account."),
        Key(Section + "cluster_name", KeyType.Text, "OTEL_EBPF_KUBE_CLUSTER_NAME", null, "k8s.cluster.name of all spans: no cluster knows its name."),
        Key(Section + "node_name", KeyType.Text, "HILO_KUBE_NODE_NAME K8S_NODE_NAME NODE_NAME", null, "The node whose pods are named; without it, that of the pod that has this host's name, else this host's name."),
        Key(Section + "meta_restrict_local_node", KeyType.Switch, "OTEL_EBPF_KUBE_META_RESTRICT_LOCAL_NODE", "true", "Only pods of this node are watched. false: those of all nodes, so that peers which are pods have names."),
        Key(Section + "disable_informers", KeyType.List, "OTEL_EBPF_KUBE_DISABLE_INFORMERS", null, "service: services are not watched. Nodes never are."),
        Key(Section + "reconnect_initial_interval", KeyType.Duration, "OTEL_EBPF_KUBE_RECONNECT_INITIAL_INTERVAL", "1s", "The pause after the API server failed for the first time; it doubles up to 30s."),
        Key(Section + "wait", KeyType.Duration, "HILO_KUBE_WAIT", "5s", "How long spans of a container wait for its pod to be known; after that they go without its name."),
        Key(Section + "account", KeyType.Text, "HILO_KUBE_ACCOUNT", null, "The folder with token, ca.crt and namespace, where it is not the one that every pod has."),
        Key("", KeyType.Text, "KUBERNETES_SERVICE_HOST", null, "Where the API server is. Set in every pod."),
        Key("", KeyType.Text, "KUBERNETES_SERVICE_PORT", "443", "Its port. Set in every pod."),
        Pointless(Section + "informers_sync_timeout", "OTEL_EBPF_KUBE_INFORMERS_SYNC_TIMEOUT", "tracing begins at once; spans wait for their names as long as attributes.kubernetes.wait says"),
        Pointless(Section + "informers_resync_period", "OTEL_EBPF_KUBE_INFORMERS_RESYNC_PERIOD", "a watch that was interrupted goes on where it was, or begins with a new list"),
        Missing(Section + "kubeconfig_path", "KUBECONFIG", "Hilo asks as the service account of its pod: attributes.kubernetes.account"),
        Missing(Section + "meta_cache_address", "OTEL_EBPF_KUBE_META_CACHE_ADDRESS", "every Hilo watches the pods of its own node, which needs no cache"),
        Missing(Section + "resource_labels", "", "app.kubernetes.io/name, /part-of and /version are read, and annotations that begin with resource.opentelemetry.io/"),
        Missing(Section + "service_name_template", "OTEL_EBPF_SERVICE_NAME_TEMPLATE", "use the annotation resource.opentelemetry.io/service.name"),
        Missing(Section + "drop_external", "OTEL_EBPF_NETWORK_DROP_EXTERNAL", "Hilo does not count network flows"),
        Missing(Section + "meta_source_labels", "OTEL_EBPF_KUBE_META_SOURCE_LABEL_*", "use the labels app.kubernetes.io/name and app.kubernetes.io/part-of"),
    ];
}
