// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Kubernetes;

/// <summary>What the pod of a process must be like: all conditions that there are must fit. Of a pod that is not known, none does.</summary>
internal sealed class PodSelector
{
    /// <summary>Its namespace.</summary>
    internal IPattern? Namespace { get; init; }

    /// <summary>Its name.</summary>
    internal IPattern? Name { get; init; }

    /// <summary>The container in it.</summary>
    internal IPattern? Container { get; init; }

    /// <summary>Anything that made it, or made what made it.</summary>
    internal IPattern? Owner { get; init; }

    /// <summary>The same of one kind: Deployment, StatefulSet, …</summary>
    internal IReadOnlyList<(string Kind, IPattern Name)> Workloads { get; init; } = [];

    internal IReadOnlyList<(string Name, IPattern Value)> Labels { get; init; } = [];

    internal IReadOnlyList<(string Name, IPattern Value)> Annotations { get; init; } = [];

    internal bool HasConditions =>
        Namespace is not null || Name is not null || Container is not null || Owner is not null ||
        Workloads.Count + Labels.Count + Annotations.Count > 0;

    internal bool Fits(in PodPlace place)
    {
        var pod = place.Pod;
        return Namespace?.Matches(pod.Namespace) != false &&
            Name?.Matches(pod.Name) != false &&
            (Container is null || (place.Container is { } container && Container.Matches(container))) &&
            FitsWorkloads(pod) && FitsPairs(Labels, pod.Labels) && FitsPairs(Annotations, pod.Annotations);
    }

    private bool FitsWorkloads(Pod pod)
    {
        if (Owner is null && Workloads.Count == 0)
        {
            return true;
        }
        Workload[] made = [.. Workload.Of(pod)];
        return (Owner is null || Array.Exists(made, one => Owner.Matches(one.Name))) &&
            Workloads.All(wanted => Array.Exists(made, one => one.Kind == wanted.Kind && wanted.Name.Matches(one.Name)));
    }

    private static bool FitsPairs(IReadOnlyList<(string Name, IPattern Value)> wanted, IReadOnlyList<KeyValuePair<string, string>> pairs) =>
        wanted.All(one => Pod.Find(pairs, one.Name) is { } value && one.Value.Matches(value));
}
