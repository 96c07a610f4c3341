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
}

/// <summary>One thing that happened to a process.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Pid">To which process.</param>
/// <param name="ParentPid">For a fork: which process it comes from.</param>
/// <param name="StartNs">Its start since boot, 0 when the event does not say.</param>
/// <param name="Port">For a listener.</param>
internal readonly record struct Change(ChangeKind Kind, int Pid, int ParentPid, ulong StartNs, ushort Port);
