// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Bpf;

namespace Agent.Targets;

/// <summary>Where the cgroup v2 hierarchy is mounted, and which part of it may be touched.</summary>
internal sealed class CgroupTree
{
    private readonly ProcFs _proc;
    private readonly CgroupNamespace _namespace;
    private readonly string _mountRoot;

    private CgroupTree(ProcFs proc, string mountPoint, string mountRoot, string confinement)
    {
        _proc = proc;
        _namespace = CgroupNamespace.Find(proc, mountPoint, mountRoot);
        MountPoint = mountPoint;
        _mountRoot = ReferenceEquals(_namespace, CgroupNamespace.None) ? mountRoot : "/";
        Confinement = confinement;
    }

    internal string MountPoint { get; }

    /// <summary>The subtree everything is confined to: <c>/</c> for all.</summary>
    internal string Confinement { get; }

    /// <summary>Finds the mount. <paramref name="confinement"/> may be a path in the hierarchy or in the file system.</summary>
    internal static CgroupTree? Find(ProcFs proc, string? confinement)
    {
        if (!ProcFs.TryReadFile($"{proc.Root}/self/mountinfo", out var bytes))
        {
            return null;
        }
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            var separator = line.IndexOf(" - cgroup2 ", StringComparison.Ordinal);
            var fields = separator < 0 ? [] : line[..separator].Split(' ');
            if (fields.Length >= 5)
            {
                var mount = fields[4];
                return new CgroupTree(proc, mount, Normal(fields[3]), Normal(WithoutMount(confinement ?? "/", mount)));
            }
        }
        return null;
    }

    /// <summary>Where a process is in the mounted hierarchy: <c>/system.slice/x.service</c>; null when it is gone, or cannot be named.</summary>
    internal string? Of(int pid) => _proc.Cgroup(pid) is { } told ? _namespace.Resolve(told) : null;

    /// <summary>False in a container that has only its own part of the hierarchy mounted: nothing else can be attached to.</summary>
    internal bool IsOfHost => Of(1) is not null;

    /// <summary>True for the confinement itself and everything below it.</summary>
    internal bool Allows(string cgroup) => IsWithin(cgroup, Confinement);

    /// <summary>
    /// How the kernel knows the confinement: its number, and how far it is below the root. Where only a part of the hierarchy is
    /// mounted the root is another one; then number and level do not fit, and the kernel finds nothing inside.
    /// </summary>
    internal bool TryFindConfinement(out ulong number, out uint level)
    {
        number = 0;
        level = (uint)Confinement.AsSpan().TrimEnd('/').Count('/');
        var fd = LibC.Open(Directory(Confinement), LibC.OpenPathCloseOnExec, 0);
        if (fd < 0)
        {
            return false;
        }
        var found = LibC.TryIdentify(fd, out var identity);
        _ = LibC.Close(fd);
        number = identity.Inode;
        return found;
    }

    /// <summary>The directory of a cgroup.</summary>
    internal string Directory(string cgroup)
    {
        var below = IsWithin(cgroup, _mountRoot) && _mountRoot != "/" ? cgroup[_mountRoot.Length..] : cgroup;
        return below is "/" or "" ? MountPoint : MountPoint + below;
    }

    /// <summary>True when a cgroup is another one or lies below it.</summary>
    internal static bool IsWithin(string cgroup, string ancestor) =>
        ancestor == "/" || cgroup == ancestor ||
        (cgroup.StartsWith(ancestor, StringComparison.Ordinal) && cgroup[ancestor.Length] == '/');

    private static string WithoutMount(string path, string mount) =>
        path == mount || path.StartsWith(mount + "/", StringComparison.Ordinal) ? path[mount.Length..] : path;

    private static string Normal(string path)
    {
        var trimmed = path.Trim('/');
        return trimmed.Length == 0 ? "/" : "/" + trimmed;
    }
}
