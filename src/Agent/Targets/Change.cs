// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>What the watcher is told about a process.</summary>
internal enum ChangeKind
{
    Exec,
    Fork,
    Exit,
    Listen,
    Evicted,
    Secures,

    /// <summary>To none: the selector is another one.</summary>
    Selector,

    /// <summary>To none: the cluster has told of pods.</summary>
    Pods,
}

/// <summary>One thing that happened to a process.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Pid">To which process.</param>
internal readonly record struct Change(ChangeKind Kind, int Pid)
{
    /// <summary>For a fork: which process it comes from.</summary>
    internal int ParentPid { get; init; }

    /// <summary>Its start since boot, 0 when the event does not say.</summary>
    internal ulong StartNs { get; init; }

    /// <summary>For a listener.</summary>
    internal ushort Port { get; init; }

    /// <summary>For an exec: what the program is traced as.</summary>
    internal Target? Target { get; init; }

    /// <summary>For an exec: it was not traced before.</summary>
    internal bool IsNew { get; init; }
}
