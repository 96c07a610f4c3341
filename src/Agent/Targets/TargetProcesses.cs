// SPDX-License-Identifier: Apache-2.0
// Who ends stays known for a moment, because its sockets are closed after its exit event and their last exchanges still come:
// its probes, and its target when it was the last process of that, go when the moment is over.
using Agent.Diagnostics;
using Agent.Probes;

namespace Agent.Targets;

/// <summary>The processes of all targets, from their coming to a moment after their end. Used by the watcher's thread.</summary>
internal sealed class TargetProcesses(ProcFs proc, CgroupTree tree, TargetTable table, ProbeSet probes, Action<int> unwatch)
{
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(5);
    private readonly Dictionary<int, TargetProcess> _running = [];
    private readonly Queue<(TargetProcess Process, long At)> _leaving = [];

    internal int Count => _running.Count;

    /// <summary>Those of now: they may come and go while the caller walks through them.</summary>
    internal TargetProcess[] Running => [.. _running.Values];

    internal TargetProcess? Find(int pid) => _running.GetValueOrDefault(pid);

    /// <param name="before">Whom it descends from, or what it was before its exec: known even where it is gone already.</param>
    internal TargetProcess Keep(int pid, ulong startTicks, Target target, TargetProcess? before, bool isForked = false)
    {
        if (_running.TryGetValue(pid, out var other))
        {
            Leave(other);
        }
        var space = proc.NetworkNamespace(pid);
        var cgroup = tree.Of(pid) ?? before?.Cgroup ?? "/";
        var process = new TargetProcess(pid, startTicks, target.Program, target)
        {
            Cgroup = cgroup == before?.Cgroup ? before.Cgroup : cgroup, // one text for a thousand processes
            IsForked = isForked,
            NetworkNamespace = space != 0 || before is null ? space : before.NetworkNamespace,
        };
        target.Processes++;
        target.HasEnded = false;
        _running[pid] = process;
        return process;
    }

    /// <summary>The same programs under another name.</summary>
    internal void Rename(Target before, Target after)
    {
        foreach (var process in _running.Values.Where(process => ReferenceEquals(process.Target, before)))
        {
            process.Target = after;
            before.Processes--;
            after.Processes++;
        }
        table.Set(after);
    }

    internal void Probe(TargetProcess process)
    {
        probes.Attach(process);
        Log.Debug($"traces {process.Program} (pid {process.Pid}) as {process.Target.ServiceName}");
    }

    internal bool IsAlive(TargetProcess process) =>
        proc.TryReadStat(process.Pid, out var stat) && stat.StartTicks == process.StartTicks && !stat.HasEnded;

    internal void Leave(TargetProcess process)
    {
        if (ReferenceEquals(Find(process.Pid), process))
        {
            _running.Remove(process.Pid);
            unwatch(process.Pid);
            _leaving.Enqueue((process, Environment.TickCount64 + (long)Linger.TotalMilliseconds));
        }
    }

    /// <summary>Lets go of those that ended long enough ago.</summary>
    internal void ReleaseExpired()
    {
        while (_leaving.TryPeek(out var next) && next.At <= Environment.TickCount64)
        {
            _leaving.Dequeue();
            probes.Detach(next.Process);
            var target = next.Process.Target;
            if (--target.Processes == 0)
            {
                target.HasEnded = true;
                if (!target.IsLeft)
                {
                    table.Remove(target);
                }
            }
        }
    }
}
