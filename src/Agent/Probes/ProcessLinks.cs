// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Targets;

namespace Agent.Probes;

/// <summary>
/// A link for each process that is probed, and never two for a pid: what it ran before must not speak for what it runs now. Used
/// by one thread.
/// </summary>
internal sealed class ProcessLinks(LinkReaper reaper)
{
    private readonly Dictionary<TargetProcess, BpfLink> _links = [];
    private readonly Dictionary<int, TargetProcess> _byPid = [];

    internal void Add(TargetProcess process, BpfLink link)
    {
        _links[process] = link;
        _byPid[process.Pid] = process;
    }

    /// <summary>What was probed under this pid; null: nothing.</summary>
    internal TargetProcess? Find(int pid) => _byPid.GetValueOrDefault(pid);

    /// <summary>False: it was not probed.</summary>
    internal bool Remove(TargetProcess process)
    {
        if (!_links.Remove(process, out var link))
        {
            return false;
        }
        _byPid.Remove(process.Pid);
        reaper.Dispose(link);
        return true;
    }

    /// <summary>Of all of them at this moment.</summary>
    internal TargetProcess[] Processes() => [.. _links.Keys];
}
