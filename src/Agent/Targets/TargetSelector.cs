// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>
/// Which processes are traced, by what the user named: ports, program files, pids. Any match is enough. When nothing is
/// named, a process is traced when it listens on a TCP port, except the programs a host is run with.
/// </summary>
internal sealed class TargetSelector(PortRanges? ports, Glob? executable, IReadOnlySet<int> pids)
{
    // They listen, and everything on a host descends from them: traced by default, they would make all of it a target.
    private static readonly string[] HostPrograms =
    [
        "systemd", "init", "sshd", "sshd-session", "dockerd", "docker-proxy", "containerd", "containerd-shim-runc-v2",
        "kubelet", "crio", "podman", "dropbear", "xinetd", "inetd", "supervisord", "runsvdir", "s6-svscan", "tini",
    ];

    private bool IsDefault => ports is null && executable is null && pids.Count == 0;

    /// <summary>True when a process can be chosen for a port it listens on.</summary>
    internal bool UsesPorts => ports is not null || IsDefault;

    /// <summary>True when every program is chosen, whatever it is and does.</summary>
    internal bool IsEverything => executable is { IsEverything: true };

    /// <summary>Chosen for what it is.</summary>
    internal bool MatchesProcess(int pid, string program) =>
        pids.Contains(pid) || (executable is not null && executable.Matches(program));

    /// <summary>Chosen for a port it listens on.</summary>
    internal bool MatchesPort(ushort port, string program) => ports is not null
        ? ports.Contains(port)
        : IsDefault && !HostPrograms.Contains(Path.GetFileName(program), StringComparer.Ordinal);
}
