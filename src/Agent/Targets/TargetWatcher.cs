// SPDX-License-Identifier: Apache-2.0
// Decides which processes are targets, and keeps that true while they start, fork, exec and end.
//
// One thread, fed by kernel events. The kernel side copies a target's entry to its forked children by itself, so a child is
// traced from its first instruction; here it only gets its probes. The agent's work for a new process must not be undone by
// the process ending meanwhile: after everything is set up, its start time is read again, and if it is not the same process
// any more, all is taken back. Whoever ends stays known for a moment, because its sockets are closed after its exit event
// and their last exchanges still come.
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
    Action<int> askedFionread)
{
    private const int FirstProcess = 1;
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
        foreach (var gone in _processes.Values.Where(process => !IsAlive(process)).ToArray())
        {
            Leave(gone);
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
        while (!changes.IsClosed)
        {
            if (changes.TryTake(TimeSpan.FromSeconds(1), out var change))
            {
                Apply(change);
            }
            else if (eventsWereLost())
            {
                Scan();
            }
            ReleaseExpired();
        }
    }

    internal void Apply(in Change change)
    {
        switch (change.Kind)
        {
            case ChangeKind.Exec:
                Exec(change.Pid);
                break;
            case ChangeKind.Fork:
                Fork(change.Pid, change.ParentPid);
                break;
            case ChangeKind.Exit:
                Exit(change.Pid, change.StartNs);
                break;
            case ChangeKind.Listen:
                Listen(change.Pid, change.Port);
                break;
            case ChangeKind.Evicted:
                askedFionread(change.Pid);
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
        if (Join(pid, _processes.GetValueOrDefault(parent)) && pid != FirstProcess)
        {
            foreach (var child in scan.ChildrenOf(pid))
            {
                AddTree(scan, child);
            }
        }
    }

    private void Exec(int pid)
    {
        if (_processes.TryGetValue(pid, out var before))
        {
            Join(pid, null);
            Leave(before);
        }
        else if (IsEligible(pid) && proc.Executable(pid) is { } program && selector.MatchesProcess(pid, program))
        {
            Join(pid, null);
        }
    }

    private void Fork(int pid, int parentPid)
    {
        if (_processes.TryGetValue(parentPid, out var parent) && pid != Environment.ProcessId)
        {
            Join(pid, parent);
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

    // True when the process is a target now. With a parent that runs the same program it is one of the parent's target.
    private bool Join(int pid, TargetProcess? parent)
    {
        if (!proc.TryReadStat(pid, out var stat) || proc.Executable(pid) is not { } program ||
            proc.Cgroup(pid) is not { } cgroup)
        {
            return false;
        }
        var target = parent is not null && parent.Program == program ? parent.Target : NewTarget(pid, program);
        var process = new TargetProcess(pid, stat.StartTicks, program, target)
        {
            Cgroup = cgroup,
            NetworkNamespace = proc.NetworkNamespace(pid),
        };
        target.Processes++;
        table.Set(target);
        _processes[pid] = process;
        TellKernel(process);
        foreach (var probe in probes)
        {
            Guarded(probe, () => probe.Attach(process));
        }
        owners.Mark(process);
        if (!IsAlive(process))
        {
            Leave(process);
            kernelTargets.Remove((uint)pid);
            return false;
        }
        Log.Debug($"traces {program} (pid {pid}) as {target.ServiceName}");
        return true;
    }

    private Target NewTarget(int pid, string program)
    {
        var attributes = ResourceAttributes.Describe(proc, pid, program);
        return new Target(pid, attributes.ServiceNameText, attributes.Encode());
    }

    // The kernel side may have made the entry already, at fork; then only what this process is called may differ.
    private void TellKernel(TargetProcess process)
    {
        var key = (uint)process.Pid;
        var entry = new Contract.Target { Pid = (uint)process.Target.Pid };
        var error = kernelTargets.Add(key, entry);
        if (error == LibC.ErrorExists && kernelTargets.TryLookup(key, out var present) && present.Pid != entry.Pid)
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
        proc.TryReadStat(process.Pid, out var stat) && stat.StartTicks == process.StartTicks;

    private void Leave(TargetProcess process)
    {
        if (_processes.TryGetValue(process.Pid, out var current) && ReferenceEquals(current, process))
        {
            _processes.Remove(process.Pid);
        }
        _leaving.Enqueue((process, Environment.TickCount64 + (long)Linger.TotalMilliseconds));
    }

    private void ReleaseExpired()
    {
        while (_leaving.TryPeek(out var next) && next.At <= Environment.TickCount64)
        {
            _leaving.Dequeue();
            foreach (var probe in probes)
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
        catch (BpfException refused)
        {
            Report(probe.Name, refused.Message);
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
