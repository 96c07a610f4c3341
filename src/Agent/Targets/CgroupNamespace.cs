// SPDX-License-Identifier: Apache-2.0
// A container often has a cgroup namespace of its own. There the kernel tells every path from its root: that of another pod is
// /../../kubepods-besteffort.slice/…, and the hierarchy of the host, when it is mounted, is one of /../../../.. What is above is not
// named, so it is looked for: the cgroup in the mounted hierarchy that this process is in.
using System.Globalization;

namespace Agent.Targets;

/// <summary>Translates paths as told in this process's cgroup namespace into paths below the root of the mount.</summary>
internal sealed class CgroupNamespace
{
    private const string Up = "..";

    // Of the namespace's root, from the root of the mount.
    private readonly string[] _root;

    private CgroupNamespace(string[] root) => _root = root;

    /// <summary>What the paths are when the mount begins where the namespace does.</summary>
    internal static CgroupNamespace None { get; } = new([]);

    /// <summary>
    /// <paramref name="mountRoot"/> as <c>/proc/self/mountinfo</c> tells it. When this process is not to be found below the mount,
    /// only what lies outside of all its ancestors has a path.
    /// </summary>
    internal static CgroupNamespace Find(ProcFs proc, string mountPoint, string mountRoot)
    {
        var ups = Parts(mountRoot);
        if (ups.Length == 0 || ups.Any(part => part != Up) || proc.Cgroup(Environment.ProcessId) is not { } told)
        {
            return None;
        }
        var below = Parts(told);
        if (below.Length > 0 && below[0] == Up)
        {
            return new CgroupNamespace(ups);
        }
        var own = Search(mountPoint, ups.Length + below.Length, Environment.ProcessId);
        return new CgroupNamespace(own is null ? ups : Parts(own[mountPoint.Length..])[..ups.Length]);
    }

    /// <summary>Path below the root of the mount; null for one that cannot be named from here.</summary>
    internal string? Resolve(string told)
    {
        if (_root.Length == 0)
        {
            return told.StartsWith("/..", StringComparison.Ordinal) ? null : told;
        }
        var parts = Parts(told);
        var ups = parts.TakeWhile(part => part == Up).Count();
        if (ups > _root.Length)
        {
            return null;
        }
        string[] whole = [.. _root[..^ups], .. parts[ups..]];
        return whole.Contains(Up) ? null : "/" + string.Join('/', whole);
    }

    // The directory at this depth whose processes include this one.
    private static string? Search(string directory, int depth, int pid)
    {
        if (depth == 0)
        {
            return ProcFs.TryReadFile($"{directory}/cgroup.procs", out var bytes) && Lists(bytes, pid) ? directory : null;
        }
        try
        {
            foreach (var child in Directory.EnumerateDirectories(directory))
            {
                if (Search(child, depth - 1, pid) is { } found)
                {
                    return found;
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // It is not this one: this process would keep it there.
        }
        return null;
    }

    private static bool Lists(ReadOnlySpan<byte> processes, int pid)
    {
        foreach (var line in processes.Split((byte)'\n'))
        {
            if (int.TryParse(processes[line], NumberStyles.None, CultureInfo.InvariantCulture, out var one) && one == pid)
            {
                return true;
            }
        }
        return false;
    }

    private static string[] Parts(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
