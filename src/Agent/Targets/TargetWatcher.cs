// SPDX-License-Identifier: Apache-2.0
// Keeps the set of target processes true while they start, fork, exec and end.
//
// One thread, fed by kernel events. The kernel side copies a target's entry to its forked children by itself, so a child is
// traced from its first instruction; here it only gets its probes. What the kernel told of is kept as it told it, also when
// a process is gone by the time it is looked at: its children descend from it all the same, and its exit follows.
using Agent.Bpf;
using Agent.Diagnostics;

namespace Agent.Targets;

/// <summary>Works through what happens to processes.</summary>
internal sealed class TargetWatcher(
    TargetProcesses processes, TargetSearch search, SocketOwners owners, TargetNames names, Action<int> unwatch,
    Action<TargetProcess> findTls, OnceLog log)
{
    private const int LookMilliseconds = 1000;
    private bool _podsChanged; // looking at every process takes milliseconds: not for each pod of a list

    /// <summary>Works through changes until the queue is closed.</summary>
    internal void Run(ChangeQueue changes, Func<bool> eventsWereLost)
    {
        if (!LibC.HurryThread())
        {
            Log.Debug($"targets: the watching thread has no priority: {LibC.ErrorText(LibC.LastError)}");
        }
        var scan = false;
        var next = 0L;
        var nextPods = 0L;
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
                    names.Complete();
                    scan |= eventsWereLost();
                    if (scan)
                    {
                        search.Everywhere();
                    }
                    scan = false;
                }
                if (_podsChanged && Environment.TickCount64 >= nextPods)
                {
                    (_podsChanged, nextPods) = (false, Environment.TickCount64 + LookMilliseconds);
                    search.OfPods();
                }
                processes.ReleaseExpired();
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // What it was about to do is not known any more: looking at everything finds it.
                scan = true;
                log.Warn("targets", failure.ToString());
            }
        }
    }

    private void Apply(in Change change)
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
            case ChangeKind.Selector:
                search.Again();
                break;
            case ChangeKind.Pods:
                names.Complete();
                _podsChanged = true;
                break;
            case ChangeKind.Secures:
                FindTls(change.Pid);
                break;
        }
    }

    private void Exec(in Change change)
    {
        if (change.Target is not { } target)
        {
            return;
        }
        var before = processes.Find(change.Pid);
        if (before is not null)
        {
            processes.Leave(before);
        }
        var process = processes.Keep(change.Pid, ProcessStat.TicksOf(change.StartNs), target, before);
        if (!processes.IsAlive(process))
        {
            return;
        }
        processes.Probe(process);
        if (change.IsNew)
        {
            owners.Mark(process);
            search.Below(process);
        }
    }

    private void Fork(in Change change)
    {
        var ticks = ProcessStat.TicksOf(change.StartNs);
        if (change.Pid == Environment.ProcessId || processes.Find(change.ParentPid) is not { } parent ||
            processes.Find(change.Pid)?.StartTicks == ticks)
        {
            return;
        }
        var process = processes.Keep(change.Pid, ticks, parent.Target, parent, isForked: true);
        if (processes.IsAlive(process))
        {
            processes.Probe(process);
        }
    }

    private void Exit(int pid, ulong startNs)
    {
        if (processes.Find(pid) is { } process && process.StartTicks == ProcessStat.TicksOf(startNs))
        {
            processes.Leave(process);
        }
    }

    // The pid is that of a process, or of what it was selected as.
    private void FindTls(int pid)
    {
        foreach (var process in processes.Running)
        {
            if (process.Pid == pid || process.Target.Pid == pid)
            {
                findTls(process);
            }
        }
    }

    private void Listen(int pid, ushort port)
    {
        if (processes.Find(pid) is { } known)
        {
            if (search.MayListen(known, port))
            {
                owners.Mark(known);
                findTls(known);
            }
        }
        else
        {
            search.At(pid, port);
        }
    }
}
