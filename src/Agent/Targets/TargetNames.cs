// SPDX-License-Identifier: Apache-2.0
// What a process is called is known in three steps: what it says itself and what its program is, at once; its container, from its
// cgroup, at once; its pod when the cluster has told of it, which may be a moment later than its first request. Spans wait for the
// last, for a bounded time; a pod that is told of later names the spans from then on.
using Agent.Kubernetes;
using Agent.Tracing;

namespace Agent.Targets;

/// <summary>Makes targets, and completes them when more is known. Callable from the event thread and the watcher's.</summary>
/// <param name="kubernetes">Null: there is no cluster to ask.</param>
internal sealed class TargetNames(ProcFs proc, KubernetesNames? kubernetes = null)
{
    private const int MaxUnnamed = 4096;

    private readonly Lock _lock = new();
    private Queue<Unnamed> _unnamed = [];

    /// <summary>What a process is chosen by.</summary>
    internal ProcessFacts Facts(int pid, string program) => new(proc, pid, program, kubernetes?.Pods);

    /// <param name="before">What its process was a target as, or its parent: where it is gone already.</param>
    internal Target Describe(int pid, string program, Declaration declaration, Naming naming, Target? before = null)
    {
        var place = ContainerPlace.Of(proc, pid);
        place = place.IsNone && before is not null ? before.Container : place;
        var attributes = ResourceAttributes.Describe(proc, pid, program, declaration, naming);
        attributes.Set("container.id", place.ContainerId);
        var isAwaited = kubernetes is not null && !place.IsNone && !TryName(attributes, place);
        var until = isAwaited ? Environment.TickCount64 + (long)kubernetes!.Wait.TotalMilliseconds : 0;
        var target = new Target(pid, attributes.ServiceNameText, new SpanResource(attributes.Encode(), until, naming.Routes))
        {
            Program = program,
            Declaration = declaration,
            Naming = naming,
            Container = place,
        };
        if (isAwaited)
        {
            Await(new Unnamed(target, attributes, until));
        }
        return target;
    }

    /// <summary>Completes those whose pod is known by now.</summary>
    internal void Complete()
    {
        kubernetes?.Take();
        var waiting = TakeUnnamed();
        foreach (var one in waiting)
        {
            var isNamed = TryName(one.Attributes, one.Target.Container);
            one.Target.ServiceName = one.Attributes.ServiceNameText;
            one.Target.Resource.Improve(one.Attributes.Encode(), isNamed);

            // One that has ended may have spans that still wait.
            if (!isNamed && (!one.Target.HasEnded || Environment.TickCount64 < one.Until))
            {
                Await(one);
            }
        }
    }

    // True when everything is known that there is to know.
    private bool TryName(ResourceAttributes attributes, in ContainerPlace place)
    {
        if (kubernetes!.Pods.Find(place) is not { } pod)
        {
            return false;
        }
        PodAttributes.Set(attributes, pod, kubernetes.ClusterName);
        return pod.Container is not null;
    }

    private void Await(Unnamed one)
    {
        lock (_lock)
        {
            _unnamed.Enqueue(one);
            if (_unnamed.Count > MaxUnnamed)
            {
                var oldest = _unnamed.Dequeue();
                oldest.Target.Resource.Improve(oldest.Attributes.Encode(), isSettled: true);
            }
        }
    }

    private Queue<Unnamed> TakeUnnamed()
    {
        lock (_lock)
        {
            var taken = _unnamed;
            if (taken.Count > 0)
            {
                _unnamed = [];
            }
            return taken;
        }
    }

    private sealed record Unnamed(Target Target, ResourceAttributes Attributes, long Until);
}
