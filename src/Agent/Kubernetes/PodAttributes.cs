// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Kubernetes;

/// <summary>What a pod says about the processes in it, by the semantic conventions for Kubernetes.</summary>
internal static class PodAttributes
{
    private const string Annotation = "resource.opentelemetry.io/";

    /// <summary>Fills gaps: what the service or its selector says goes first, then annotations, labels, and what made the pod.</summary>
    internal static void Set(ResourceAttributes attributes, in PodPlace place, string? clusterName)
    {
        var pod = place.Pod;
        foreach (var (key, value) in pod.Annotations)
        {
            if (key.StartsWith(Annotation, StringComparison.Ordinal) && key.Length > Annotation.Length)
            {
                attributes.Set(key[Annotation.Length..], value);
            }
        }
        attributes.Set("service.name", pod.Label("app.kubernetes.io/name"));
        attributes.Set("service.namespace", pod.Label("app.kubernetes.io/part-of"));
        attributes.Set("service.version", pod.Label("app.kubernetes.io/version"));
        attributes.Set("k8s.cluster.name", clusterName);
        attributes.Set("k8s.namespace.name", pod.Namespace);
        attributes.Set("k8s.pod.name", pod.Name);
        attributes.Set("k8s.pod.uid", pod.Uid);
        attributes.Set("k8s.pod.start_time", pod.StartTime);
        attributes.Set("k8s.node.name", pod.NodeName);
        attributes.Set("k8s.container.name", place.Container);
        var outermost = pod.Name;
        foreach (var workload in Workload.Of(pod))
        {
            outermost = workload.Name;
            if (Key(workload.Kind) is { } key)
            {
                attributes.Set(key, workload.Name);
            }
        }
        attributes.Set("service.name", outermost);
        attributes.Set("service.namespace", pod.Namespace);
        if (place.Container is { } container)
        {
            attributes.Set("service.instance.id", $"{pod.Namespace}.{pod.Name}.{container}");
        }
    }

    private static string? Key(string kind) => kind switch
    {
        "Deployment" => "k8s.deployment.name",
        "ReplicaSet" => "k8s.replicaset.name",
        "StatefulSet" => "k8s.statefulset.name",
        "DaemonSet" => "k8s.daemonset.name",
        "Job" => "k8s.job.name",
        "CronJob" => "k8s.cronjob.name",
        _ => null,
    };
}
