// SPDX-License-Identifier: Apache-2.0
// A pod names the ReplicaSet or Job that made it, not the Deployment or CronJob behind that. Watching all of those of a cluster, from
// every node, to learn what their names say would cost more than everything else here: so the names are read by the rules that the
// controllers make them by, and those rules are checked. A Deployment's ReplicaSet is its name and the hash that is also on the pod
// as a label. A CronJob's Job is its name and the minute that it was due at, which is shortly before the pod was made.
using System.Globalization;

namespace Agent.Kubernetes;

/// <summary>What a pod is one of, from the nearest to the outermost.</summary>
/// <param name="Kind">As in the API: Deployment, StatefulSet, …</param>
internal readonly record struct Workload(string Kind, string Name)
{
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7);

    internal static IEnumerable<Workload> Of(Pod pod)
    {
        if (pod.Owner is not { } owner)
        {
            yield break;
        }
        yield return new(owner.Kind, owner.Name);
        if (owner.Kind == "ReplicaSet" && pod.Label("pod-template-hash") is { } hash && Before(owner.Name, hash) is { } deployment)
        {
            yield return new("Deployment", deployment);
        }
        else if (owner.Kind == "Job" && CronJob(owner.Name, pod.CreationTime) is { } cronJob)
        {
            yield return new("CronJob", cronJob);
        }
    }

    private static string? Before(string name, string end) =>
        name.Length > end.Length + 1 && name.EndsWith(end, StringComparison.Ordinal) && name[^(end.Length + 1)] == '-'
            ? Names.Intern(name[..^(end.Length + 1)])
            : null;

    private static string? CronJob(string job, string? created)
    {
        var dash = job.LastIndexOf('-');
        if (dash <= 0 || !long.TryParse(job.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ||
            minutes > int.MaxValue ||
            !DateTimeOffset.TryParse(created, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            return null;
        }
        var delay = time - DateTimeOffset.UnixEpoch.AddMinutes(minutes);
        return delay > -TimeSpan.FromMinutes(1) && delay < MaxDelay ? Names.Intern(job[..dash]) : null;
    }
}
