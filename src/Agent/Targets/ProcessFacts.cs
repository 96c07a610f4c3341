// SPDX-License-Identifier: Apache-2.0
using Agent.Kubernetes;

namespace Agent.Targets;

/// <summary>What a process is chosen by. Read when asked for, once: most selectors need little of it.</summary>
/// <param name="pods">Null: there is no cluster to ask.</param>
internal sealed class ProcessFacts(ProcFs proc, int pid, string program, PodStore? pods = null)
{
    private string? _arguments;
    private string? _language;
    private bool? _isContained;
    private ContainerPlace? _container;

    internal int Pid { get; } = pid;

    /// <summary>Path of its program file, as it sees it.</summary>
    internal string Program { get; } = program;

    /// <summary>Joined by spaces, without the program.</summary>
    internal string Arguments => _arguments ??= string.Join(' ', proc.CommandLine(Pid).Skip(1));

    internal string Language => _language ??= Targets.Language.Of(proc, Pid, Program);

    /// <summary>Runs in a container, as far as namespaces tell: its mounts or its process ids are not those of the first process.</summary>
    internal bool IsContained => _isContained ??= IsElsewhere("mnt") && (IsElsewhere("pid") || IsElsewhere("cgroup") || IsElsewhere("net"));

    /// <summary>Null: it is in none, or in one that is not known yet.</summary>
    internal PodPlace? Pod => pods is null ? null : (_container ??= ContainerPlace.Of(proc, Pid)) is { IsNone: false } place ? pods.Find(place) : null;

    private bool IsElsewhere(string kind) =>
        ProcFs.ReadLink($"{proc.Root}/{Pid}/ns/{kind}") is { } own && ProcFs.ReadLink($"{proc.Root}/1/ns/{kind}") is { } first && own != first;
}
