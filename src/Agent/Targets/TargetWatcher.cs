// SPDX-License-Identifier: Apache-2.0
// Decides which processes are targets, and keeps that true while they start, fork, exec and end.
//
// One thread, fed by kernel events. The kernel side copies a target's entry to its forked children by itself, so a child is
// traced from its first instruction; here it only gets its probes. What the kernel told of is kept as it told it, also when
// a process is gone by the time it is looked at: its children descend from it all the same, and its exit follows. For what
// was found by looking, the start time is read again after everything is set up. Whoever ends stays known for a moment,
// because its sockets are closed after its exit event and their last exchanges still come.
using Agent.Bpf;
using Agent.Diagnostics;
using Agent.Probes;

namespace Agent.Targets;

/// <summary>The set of target processes.</summary>
internal sealed class TargetWatcher(
    ProcFs proc,
    CgroupTree tree,
    TargetSelector selector,
    TargetTable table,
    BpfMap<uint, Contract.Target> kernelTargets,
    SocketOwners owners,
    IReadOnlyList<IProbe> probes,
    Action<int> unwatch)
{
    private const int FirstProcess = 1;
    private const int LookMilliseconds = 1000;
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);
    private readonly Dictionary<int, TargetProcess> _processes = [];
    private readonly Queue<(TargetProcess Process, long At)> _leaving = [];
    private readonly HashSet<string> _reported = new(StringComparer.Ordinal);

    /// <summary>Target processes that run.</summary>
    internal int Count => _processes.Count;

    /// <summary>Looks at every process there is. Also the way back after events were lost.</summary>
    internal void Scan()
    {
        var scan = new ProcessScan(proc);
        foreach (var process in _processes.Values.ToArray())
        {
            if (!IsAlive(process))
            {
                Leave(process);
            }
            else if (proc.Executable(process.Pid) is { } program && program != process.Program)
            {
                Leave(process);
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

    /// <summary>Works through changes until the queue is closed.</summary>
    internal void Run(ChangeQueue changes, Func<bool> eventsWereLost)
    {
        if (!LibC.HurryThread())
        {
            Log.Debug($"targets: the watching thread has no priority: {LibC.ErrorText(LibC.LastError)}");
        }
        var scan = false;
        var next = 0L;
        while (!changes.IsClosed)
        {
            try
            {
                if (changes.TryTake(TimeSpan.FromMilliseconds(LookMilliseconds), out var change))
                {
                    Apply(change);
                }
                if (Environment.TickCount64 >= next)
                {
                    next = Environment.TickCount64 + LookMilliseconds;
                    scan |= eventsWereLost();
                    if (scan)
                    {
                        Scan();
                    }
                    scan = false;
                }
                ReleaseExpired();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // What it was about to do is not known any more: looking at everything finds it.
                scan = true;
                Report("targets", failure.ToString());
            }
        }
    }

    internal void Apply(in Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Exec:
                Exec(change);
                break;
            case ChangeKind.Fork:
                Fork(change);
                break;
            case ChangeKind.Exit:
                Exit(change.Pid, change.StartNs);
                break;
            case ChangeKind.Listen:
                Listen(change.Pid, change.Port);
                break;
            case ChangeKind.Evicted:
                unwatch(change.Pid);
                Log.Debug($"process {change.Pid} asks FIONREAD: its connections leave the sockmap after their first request");
                break;
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
        if (_processes.ContainsKey(pid) || pid == Environment.ProcessId)
        {
            return;
        }
        var parent = scan.ParentOf(pid);
        if (parent > FirstProcess && !_processes.ContainsKey(parent) && IsChosen(scan, parent))
        {
            AddTree(scan, parent);
            if (_processes.ContainsKey(pid))
            {
                return;
            }
        }
        if (Find(pid, _processes.GetValueOrDefault(parent)) is { } process && pid != FirstProcess)
        {
            FindDescendants(process);
        }
    }

    // What a process forked before the kernel side knew it, nobody told of. Each pass may miss what the processes it finds
    // have forked meanwhile; the one that finds nothing is the last.
    private void FindDescendants(TargetProcess process)
    {
        for (var found = true; found && proc.MayHaveChildren(process.Pid);)
        {
            found = FindBelow(new ProcessScan(proc), process);
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
            if (!_processes.TryGetValue(child, out var process))
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

    private void Exec(in Change change)
    {
        if (change.Target is not { } target)
        {
            return;
        }
        var before = _processes.GetValueOrDefault(change.Pid);
        if (before is not null)
        {
            Leave(before);
        }
        var process = Keep(change.Pid, ProcessStat.TicksOf(change.StartNs), target, before);
        if (!IsAlive(process))
        {
            return;
        }
        Probe(process);
        if (change.IsNew)
        {
            owners.Mark(process);
            FindDescendants(process);
        }
    }

    private void Fork(in Change change)
    {
        var ticks = ProcessStat.TicksOf(change.StartNs);
        if (change.Pid == Environment.ProcessId || !_processes.TryGetValue(change.ParentPid, out var parent) ||
            (_processes.TryGetValue(change.Pid, out var known) && known.StartTicks == ticks))
        {
            return;
        }
        var process = Keep(change.Pid, ticks, parent.Target, parent, isForked: true);
        if (IsAlive(process))
        {
            Probe(process);
        }
    }

    private void Exit(int pid, ulong startNs)
    {
        if (_processes.TryGetValue(pid, out var process) && process.StartTicks == ProcessStat.TicksOf(startNs))
        {
            Leave(process);
        }
    }

    private void Listen(int pid, ushort port)
    {
        if (_processes.TryGetValue(pid, out var known))
        {
            owners.Mark(known);
        }
        else if (selector.UsesPorts && IsEligible(pid) && proc.Executable(pid) is { } program &&
            selector.MatchesPort(port, program))
        {
            AddTree(new ProcessScan(proc), pid);
        }
    }

    // A process found by looking, null when it is gone. Of a parent that runs the same program it shares the target.
    private TargetProcess? Find(int pid, TargetProcess? parent)
    {
        if (!proc.TryReadStat(pid, out var stat) || proc.Executable(pid) is not { } program)
        {
            return null;
        }
        var process = Keep(pid, stat.StartTicks, TargetOf(pid, program, parent), parent);
        Probe(process);
        TellKernel(process);
        owners.Mark(process);
        if (IsAlive(process))
        {
            return process;
        }
        Leave(process);
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

    private TargetProcess Keep(int pid, ulong startTicks, Target target, TargetProcess? before, bool isForked = false)
    {
        if (_processes.TryGetValue(pid, out var other))
        {
            Leave(other);
        }
        var space = proc.NetworkNamespace(pid);
        var cgroup = proc.Cgroup(pid) ?? before?.Cgroup ?? "/";
        var process = new TargetProcess(pid, startTicks, target.Program, target)
        {
            Cgroup = cgroup == before?.Cgroup ? before.Cgroup : cgroup, // one text for a thousand processes
            IsForked = isForked,
            NetworkNamespace = space != 0 || before is null ? space : before.NetworkNamespace,
        };
        target.Processes++;
        _processes[pid] = process;
        return process;
    }

    private void Probe(TargetProcess process)
    {
        process.IsProbed = true;
        foreach (var probe in probes)
        {
            Guarded(probe, () => probe.Attach(process));
        }
        Log.Debug($"traces {process.Program} (pid {process.Pid}) as {process.Target.ServiceName}");
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
            Report("targets", $"cannot trace process {process.Pid}: {LibC.ErrorText(error)}");
        }
    }

    private bool IsAlive(TargetProcess process) =>
        proc.TryReadStat(process.Pid, out var stat) && stat.StartTicks == process.StartTicks && !stat.HasEnded;

    private void Leave(TargetProcess process)
    {
        if (_processes.TryGetValue(process.Pid, out var current) && ReferenceEquals(current, process))
        {
            _processes.Remove(process.Pid);
            unwatch(process.Pid);
            _leaving.Enqueue((process, Environment.TickCount64 + (long)Linger.TotalMilliseconds));
        }
    }

    private void ReleaseExpired()
    {
        while (_leaving.TryPeek(out var next) && next.At <= Environment.TickCount64)
        {
            _leaving.Dequeue();
            foreach (var probe in next.Process.IsProbed ? probes : [])
            {
                Guarded(probe, () => probe.Detach(next.Process));
            }
            if (--next.Process.Target.Processes == 0)
            {
                table.Remove(next.Process.Target);
            }
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
            Report(probe.Name, refused is BpfException ? refused.Message : refused.ToString());
        }
    }

    // Once per probe: what fails for one process fails for a thousand.
    private void Report(string name, string message)
    {
        if (_reported.Add(name))
        {
            Log.Warn($"{name}: {message}");
        }
    }
}
