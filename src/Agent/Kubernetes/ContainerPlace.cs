// SPDX-License-Identifier: Apache-2.0
// Container runtimes name cgroups after containers, below one that the kubelet names after the pod:
//
//   /kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod<uid>.slice/cri-containerd-<id>.scope     (uid with _ for -)
//   /kubepods/burstable/pod<uid>/<id>
//
// Seen from another cgroup namespace the path begins with some "/..", and may have lost the part with the pod. A process in the
// same namespace as the agent shows "/": what the kubelet mounts into each container names them too.
using System.Text;
using Agent.Targets;

namespace Agent.Kubernetes;

/// <summary>Which container a process is in, as far as the kernel tells.</summary>
/// <param name="ContainerId">64 hexadecimal digits; null: in none, or not known.</param>
/// <param name="PodUid">Null: in no pod, or not known.</param>
internal readonly record struct ContainerPlace(string? ContainerId, string? PodUid)
{
    private const int IdLength = 64;
    private const int UidLength = 36;
    private const int MirrorLength = 32; // pods from files have a hash instead

    internal bool IsNone => ContainerId is null && PodUid is null;

    internal static ContainerPlace Of(ProcFs proc, int pid)
    {
        var place = ProcFs.TryReadFile($"{proc.Root}/{pid}/cgroup", out var cgroups) ? FromCgroups(Encoding.UTF8.GetString(cgroups)) : default;
        if (place.IsNone && ProcFs.TryReadFile($"{proc.Root}/{pid}/mountinfo", out var mounts))
        {
            place = FromMounts(Encoding.UTF8.GetString(mounts));
        }
        return place;
    }

    /// <summary>From <c>/proc/PID/cgroup</c>: the innermost container of any hierarchy.</summary>
    internal static ContainerPlace FromCgroups(string text)
    {
        var place = default(ContainerPlace);
        foreach (var line in text.Split('\n'))
        {
            var path = line.IndexOf('/', StringComparison.Ordinal);
            if (path >= 0)
            {
                var found = FromPath(line[path..]);
                place = new(place.ContainerId ?? found.ContainerId, place.PodUid ?? found.PodUid);
            }
        }
        return place;
    }

    /// <summary>From <c>/proc/PID/mountinfo</c>: files of a pod that every container has.</summary>
    internal static ContainerPlace FromMounts(string text)
    {
        var place = default(ContainerPlace);
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(' ', 6);
            if (fields.Length < 6 || fields[4] is not ("/etc/hosts" or "/etc/hostname" or "/etc/resolv.conf" or "/dev/termination-log"))
            {
                continue;
            }
            place = new(place.ContainerId ?? After(fields[3], "/containers/"), place.PodUid ?? UidAfter(fields[3], "/pods/"));
        }
        return place;
    }

    private static ContainerPlace FromPath(string path)
    {
        string? id = null;
        string? uid = null;
        foreach (var part in path.Split('/'))
        {
            if (IdOf(part) is { } found && !part.StartsWith("crio-conmon-", StringComparison.Ordinal))
            {
                id = found;
            }
            uid = UidOf(part) ?? uid;
        }
        return new(id, uid);
    }

    // cri-containerd-<id>.scope, crio-<id>.scope, docker-<id>.scope, libpod-<id>.scope, <id>; with the cgroupfs driver of a
    // systemd host also slice:cri-containerd:<id>.
    private static string? IdOf(string part)
    {
        const string scope = ".scope";
        var name = part.EndsWith(scope, StringComparison.Ordinal) ? part[..^scope.Length] : part;
        var id = name.Length > IdLength && name[^(IdLength + 1)] is '-' or ':' ? name[^IdLength..] : name;
        return IsId(id) ? id : null;
    }

    private static bool IsId(string text) => text.Length == IdLength && text.All(char.IsAsciiHexDigitLower);

    private static string? UidOf(string part)
    {
        const string slice = ".slice";
        var name = part.EndsWith(slice, StringComparison.Ordinal) ? part[..^slice.Length] : part;
        var begin = name.StartsWith("pod", StringComparison.Ordinal) ? 0 : name.LastIndexOf("-pod", StringComparison.Ordinal) + 1;
        return begin > 0 || name.StartsWith("pod", StringComparison.Ordinal) ? Uid(name[(begin + 3)..]) : null;
    }

    private static string? Uid(string text)
    {
        var uid = text.Replace('_', '-');
        return uid.Length is UidLength or MirrorLength && uid.All(letter => char.IsAsciiHexDigit(letter) || letter == '-') ? uid : null;
    }

    private static string? UidAfter(string path, string folder) => Next(path, folder) is { } name ? Uid(name) : null;

    private static string? After(string path, string folder) => Next(path, folder) is { } name && IsId(name) ? name : null;

    private static string? Next(string path, string folder)
    {
        var at = path.IndexOf(folder, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }
        var rest = path[(at + folder.Length)..];
        return rest.Split('/', 2)[0];
    }
}
