// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>One process of a target. Pid and start time together name it for good.</summary>
internal sealed class TargetProcess(int pid, ulong startTicks, string program, Target target)
{
    internal int Pid { get; } = pid;

    internal ulong StartTicks { get; } = startTicks;

    /// <summary>Path of its program file, as it sees it.</summary>
    internal string Program { get; } = program;

    /// <summary>Another one when a changed file gives it another name.</summary>
    internal Target Target { get; set; } = target;

    /// <summary>Forked, and so far running what its parent ran: most such processes exec or end at once.</summary>
    internal bool IsForked { get; init; }

    /// <summary>Probes were attached for it.</summary>
    internal bool IsProbed { get; set; }

    /// <summary>Path in the cgroup v2 hierarchy.</summary>
    internal required string Cgroup { get; init; }

    /// <summary>Number of its network namespace, 0 when not known.</summary>
    internal required ulong NetworkNamespace { get; init; }
}
