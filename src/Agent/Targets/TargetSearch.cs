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
    TargetSelection selection,
    TargetTable table,
    BpfMap<uint, Contract.Target> kernelTargets,
    SocketOwners owners,
    TargetProcesses processes,
    TargetNames names,
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
                Find(process.Pid, null, Naming(scan, process.Pid) ?? default);
            }
        }
        foreach (var pid in scan.Processes)
        {
            if (processes.Find(pid) is null && Naming(scan, pid) is { } naming)
            {
                AddTree(scan, pid, naming);
            }
        }
    }

    /// <summary>The selector is another one: lets go of what it does not choose, and looks for what it does.</summary>
    internal void Again()
    {
        var scan = new ProcessScan(proc);
        foreach (var process in processes.Running)
        {
            if (!IsKept(scan, process))
            {
                LetGo(process);
            }
            else
            {
                Rename(scan, process);
            }
        }
        Everywhere();
    }

    /// <summary>More is known of pods: looks for what they choose, and lets go of what they exclude.</summary>
    internal void OfPods()
    {
        if (!selection.Current.UsesPods)
        {
            return;
        }
        var scan = new ProcessScan(proc);
        foreach (var process in processes.Running)
        {
            if (selection.Current.IsExcluded(Facts(process), scan.PortsOf(process.Pid)))
            {
                LetGo(process);
            }
            else
            {
                Rename(scan, process);
            }
        }
        Everywhere();
    }

    /// <summary>A process that is known began to listen on a port; false: for that it is excluded, and let go of.</summary>
    internal bool MayListen(TargetProcess process, ushort port)
    {
        if (!selection.Current.ExcludesPorts || !selection.Current.IsExcluded(Facts(process), [port]))
        {
            return true;
        }
        LetGo(process);
        return false;
    }

    /// <summary>A process that is not known began to listen.</summary>
    internal void At(int pid, ushort port)
    {
        if (selection.Current.UsesPorts && IsEligible(pid) && proc.Executable(pid) is { } program &&
            selection.Current.Choose(names.Facts(pid, program), [port]) is { } naming)
        {
            AddTree(new ProcessScan(proc), pid, naming);
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

    // Null: it is not chosen.
    private Naming? Naming(ProcessScan scan, int pid) =>
        IsEligible(pid) && proc.Executable(pid) is { } program
            ? selection.Current.Choose(names.Facts(pid, program), scan.PortsOf(pid))
            : null;

    private void Rename(ProcessScan scan, TargetProcess process)
    {
        if (process.Target.Pid == process.Pid && (Naming(scan, process.Pid) ?? default) is var naming && naming != process.Target.Naming)
        {
            processes.Rename(process.Target, names.Describe(process.Pid, process.Program, process.Target.Declaration, naming, process.Target));
        }
    }

    // Chosen itself, or below one that is.
    private bool IsKept(ProcessScan scan, TargetProcess process) =>
        !selection.Current.IsExcluded(Facts(process), scan.PortsOf(process.Pid)) &&
        (Naming(scan, process.Pid) is not null ||
            (processes.Find(scan.ParentOf(process.Pid)) is { } parent && IsKept(scan, parent)));

    private ProcessFacts Facts(TargetProcess process) => names.Facts(process.Pid, process.Program);

    // What its open connections still tell is dropped; what it opens from now on is not looked at.
    private void LetGo(TargetProcess process)
    {
        kernelTargets.Remove((uint)process.Pid);
        owners.Unmark(process.Pid);
        processes.Leave(process);
        process.Target.IsLeft = !Array.Exists(processes.Running, other => ReferenceEquals(other.Target, process.Target));
        Log.Debug($"{process.Program} (pid {process.Pid}) is not traced any more");
    }

    private bool IsEligible(int pid) =>
        pid != Environment.ProcessId && tree.Of(pid) is { } cgroup && tree.Allows(cgroup);

    // Parents first, so that forked workers share the target of the process they were forked from.
    private void AddTree(ProcessScan scan, int pid, Naming naming)
    {
        if (processes.Find(pid) is not null || pid == Environment.ProcessId)
        {
            return;
        }
        var parent = scan.ParentOf(pid);
        if (parent > FirstProcess && processes.Find(parent) is null && Naming(scan, parent) is { } before)
        {
            AddTree(scan, parent, before);
            if (processes.Find(pid) is not null)
            {
                return;
            }
        }
        if (Find(pid, processes.Find(parent), naming) is { } process && pid != FirstProcess)
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
            if (process is null && proc.Executable(child) is { } program &&
                names.Facts(child, program) is var facts && !selection.Current.IsExcluded(facts, []))
            {
                process = Find(child, parent, selection.Current.Choose(facts, []) ?? default);
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
    private TargetProcess? Find(int pid, TargetProcess? parent, Naming naming)
    {
        if (!proc.TryReadStat(pid, out var stat) || proc.Executable(pid) is not { } program)
        {
            return null;
        }
        var process = processes.Keep(pid, stat.StartTicks, TargetOf(pid, program, parent, naming), parent);
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

    private Target TargetOf(int pid, string program, TargetProcess? parent, Naming naming)
    {
        if (parent is not null && parent.Program == program)
        {
            return parent.Target;
        }
        if (table.TryFind((uint)pid, out var named) && named.Pid == pid && named.Program == program && !named.IsLeft)
        {
            return named; // its exec has been told of, and waits to be worked on
        }
        _ = Declaration.TryRead(proc, pid, out var declaration);
        var target = names.Describe(pid, program, declaration, naming, parent?.Target);
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
