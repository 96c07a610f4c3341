// SPDX-License-Identifier: Apache-2.0
// What nobody tells of is found by looking: at the start, after events were lost, and below a process that has just been
// chosen. What is found may be gone, or another program, by the time everything is set up for it; so its start time is read
// again after that.
using Agent.Bpf;
using Agent.Diagnostics;

namespace Agent.Targets;

/// <summary>Looks in /proc for processes that are to be traced, and sets up what they need.</summary>
internal sealed class TargetSearch(
    ProcFs proc,
    CgroupTree tree,
    TargetSelector selector,
    TargetTable table,
    BpfMap<uint, Contract.Target> kernelTargets,
    SocketOwners owners,
    TargetProcesses processes,
    OnceLog log)
{
    private const int FirstProcess = 1;

    /// <summary>Looks at every process there is.</summary>
    internal void Everywhere()
    {
        var scan = new ProcessScan(proc);
        foreach (var process in processes.Running)
        {
            if (!processes.IsAlive(process))
            {
                processes.Leave(process);
            }
            else if (proc.Executable(process.Pid) is { } program && program != process.Program)
            {
                processes.Leave(process);
                Find(process.Pid, null);
            }
        }
        foreach (var pid in scan.Processes)
        {
            if (IsChosen(scan, pid))
            {
                AddTree(scan, pid);
            }
        }
    }

    /// <summary>A process that is not known began to listen.</summary>
    internal void At(int pid, ushort port)
    {
        if (selector.UsesPorts && IsEligible(pid) && proc.Executable(pid) is { } program && selector.MatchesPort(port, program))
        {
            AddTree(new ProcessScan(proc), pid);
        }
    }

    /// <summary>
    /// What a process forked before the kernel side knew it, nobody told of. Each pass may miss what the processes it finds
    /// have forked meanwhile; the one that finds nothing is the last.
    /// </summary>
    internal void Below(TargetProcess process)
    {
        for (var found = true; found && proc.MayHaveChildren(process.Pid);)
        {
            found = FindBelow(new ProcessScan(proc), process);
        }
    }

    private bool IsChosen(ProcessScan scan, int pid)
    {
        if (!IsEligible(pid) || proc.Executable(pid) is not { } program)
        {
            return false;
        }
        return selector.MatchesProcess(pid, program) ||
            (selector.UsesPorts && scan.PortsOf(pid).Any(port => selector.MatchesPort(port, program)));
    }

    private bool IsEligible(int pid) =>
        pid != Environment.ProcessId && proc.Cgroup(pid) is { } cgroup && tree.Allows(cgroup);

    // Parents first, so that forked workers share the target of the process they were forked from.
    private void AddTree(ProcessScan scan, int pid)
    {
        if (processes.Find(pid) is not null || pid == Environment.ProcessId)
        {
            return;
        }
        var parent = scan.ParentOf(pid);
        if (parent > FirstProcess && processes.Find(parent) is null && IsChosen(scan, parent))
        {
            AddTree(scan, parent);
            if (processes.Find(pid) is not null)
            {
                return;
            }
        }
        if (Find(pid, processes.Find(parent)) is { } process && pid != FirstProcess)
        {
            Below(process);
        }
    }

    private bool FindBelow(ProcessScan scan, TargetProcess parent)
    {
        var found = false;
        foreach (var child in scan.ChildrenOf(parent.Pid))
        {
            if (child == Environment.ProcessId)
            {
                continue;
            }
            var process = processes.Find(child);
            if (process is null)
            {
                process = Find(child, parent);
                found |= process is not null;
            }
            if (process is not null)
            {
                found |= FindBelow(scan, process);
            }
        }
        return found;
    }

    // Null when it is gone. Of a parent that runs the same program it shares the target.
    private TargetProcess? Find(int pid, TargetProcess? parent)
    {
        if (!proc.TryReadStat(pid, out var stat) || proc.Executable(pid) is not { } program)
        {
            return null;
        }
        var process = processes.Keep(pid, stat.StartTicks, TargetOf(pid, program, parent), parent);
        processes.Probe(process);
        TellKernel(process);
        owners.Mark(process);
        if (processes.IsAlive(process))
        {
            return process;
        }
        processes.Leave(process);
        if (!proc.TryReadStat(pid, out var next) || next.StartTicks == stat.StartTicks) // another process may have its number
        {
            kernelTargets.Remove((uint)pid);
        }
        return null;
    }

    private Target TargetOf(int pid, string program, TargetProcess? parent)
    {
        if (parent is not null && parent.Program == program)
        {
            return parent.Target;
        }
        if (table.TryFind((uint)pid, out var named) && named.Pid == pid && named.Program == program)
        {
            return named; // its exec has been told of, and waits to be worked on
        }
        _ = Declaration.TryRead(proc, pid, out var declaration);
        var attributes = ResourceAttributes.Describe(proc, pid, program, declaration);
        var target = new Target(pid, attributes.ServiceNameText, attributes.Encode())
        {
            Program = program,
            Declaration = declaration,
        };
        table.Set(target);
        return target;
    }

    // The kernel side may have made the entry already, at fork or exec. It stays if what it names is known.
    private void TellKernel(TargetProcess process)
    {
        var key = (uint)process.Pid;
        var entry = new Contract.Target { Pid = (uint)process.Target.Pid };
        var error = kernelTargets.Add(key, entry);
        if (error == LibC.ErrorExists && kernelTargets.TryLookup(key, out var present) &&
            !table.TryFind(present.Pid, out _))
        {
            present.Pid = entry.Pid;
            error = kernelTargets.Set(key, present);
        }
        if (error is not (0 or LibC.ErrorExists))
        {
            log.Warn("targets", $"cannot trace process {process.Pid}: {LibC.ErrorText(error)}");
        }
    }
}
