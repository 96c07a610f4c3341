// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>
/// Which processes are traced: those that an entry selects and none excludes. Where there is no entry, a process is traced when it
/// listens on a TCP port, except the programs a host is run with.
/// </summary>
internal sealed class TargetSelector(
    IReadOnlyList<Selector> selected, IReadOnlyList<Selector>? excluded = null, IReadOnlyList<Selector>? usuallyExcluded = null)
{
    // They listen, and everything on a host descends from them: traced by default, they would make all of it a target.
    private static readonly string[] HostPrograms =
    [
        "systemd", "init", "sshd", "sshd-session", "dockerd", "docker-proxy", "containerd", "containerd-shim-runc-v2",
        "kubelet", "crio", "podman", "dropbear", "xinetd", "inetd", "supervisord", "runsvdir", "s6-svscan", "tini",
    ];

    private readonly IReadOnlyList<Selector> _excluded = [.. excluded ?? [], .. usuallyExcluded ?? []];

    private bool IsDefault => selected.Count == 0;

    /// <summary>True when a process can be chosen for a port it listens on.</summary>
    internal bool UsesPorts => IsDefault || selected.Any(entry => entry.Ports is not null);

    /// <summary>True when what is known of pods decides.</summary>
    internal bool UsesPods => selected.Concat(_excluded).Any(entry => entry.Pod is not null);

    /// <summary>True when some have a sampler of their own.</summary>
    internal bool HasSamplers => selected.Any(entry => entry.Naming.Sampler is not null);

    /// <summary>True when a process can be excluded for a port it listens on.</summary>
    internal bool ExcludesPorts => _excluded.Any(entry => entry.Ports is not null);

    /// <summary>
    /// True when every program is chosen, whatever it is and does, so that the kernel side can do it. What is excluded without
    /// anybody having said so is left out a moment later.
    /// </summary>
    internal bool IsEverything => selected.Any(entry => entry.IsEverything) && excluded is not { Count: > 0 } && selected.All(entry => !entry.IsSilent);

    /// <summary>What a process is to be called; null: it is not traced.</summary>
    /// <param name="ports">On which it listens; walked through only where they matter.</param>
    internal Naming? Choose(ProcessFacts process, IEnumerable<ushort> ports)
    {
        if (IsExcluded(process, ports))
        {
            return null;
        }
        if (IsDefault)
        {
            return ports.Any() && !HostPrograms.Contains(Path.GetFileName(process.Program), StringComparer.Ordinal) ? default(Naming) : null;
        }
        Naming? naming = null;
        foreach (var entry in selected)
        {
            if (entry.Fits(process, ports))
            {
                naming = entry.IsSilent ? null : (naming ?? default).With(entry.Naming);
            }
        }
        return naming;
    }

    /// <summary>Why <see cref="Choose"/> answers as it does, for people.</summary>
    internal string Explain(ProcessFacts process, List<ushort> ports) => Choose(process, ports) switch
    {
        not null when IsDefault => "it listens, and nothing says which processes to trace",
        not null => "an entry of what to trace fits",
        null when IsExcluded(process, ports) => "an entry of what not to trace fits",
        null when !IsDefault => "no entry of what to trace fits, or the last that fits sends nothing",
        null when ports.Count == 0 => "it does not listen on a TCP port, and nothing says which processes to trace",
        _ => "it is one of the programs that a host is run with, which are traced only when they are named",
    };

    internal bool IsExcluded(ProcessFacts process, IEnumerable<ushort> ports) => _excluded.Any(entry => entry.Fits(process, ports));
}
