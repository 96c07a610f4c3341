// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Diagnostics;
using Agent.Targets;

namespace Agent.Probes;

/// <summary>All probes of this agent. One that fails leaves the others, and the process, as they are.</summary>
internal sealed class ProbeSet(IReadOnlyList<IProbe> probes, OnceLog log)
{
    internal void Attach(TargetProcess process)
    {
        process.IsProbed = true;
        foreach (var probe in probes)
        {
            Guarded(probe, () => probe.Attach(process));
        }
    }

    /// <summary>Nothing for a process that they were not attached for.</summary>
    internal void Detach(TargetProcess process)
    {
        foreach (var probe in process.IsProbed ? probes : [])
        {
            Guarded(probe, () => probe.Detach(process));
        }
    }

    private void Guarded(IProbe probe, Action action)
    {
        try
        {
            action();
        }
        catch (Exception refused) when (refused is not OutOfMemoryException)
        {
            log.Warn(probe.Name, refused is BpfException ? refused.Message : refused.ToString());
        }
    }
}
