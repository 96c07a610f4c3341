// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Targets;

/// <summary>
/// Targets by the pid that events name them with. The event thread reads, without a lock, and writes when a program is
/// replaced; the watcher writes what it finds by looking, and removes what has ended.
/// </summary>
/// <param name="samplers">The kernel side's; null: none has one of its own.</param>
internal sealed class TargetTable(BpfMap<uint, Sampling>? samplers = null)
{
    private readonly ConcurrentDictionary<uint, Target> _targets = [];

    internal int Count => _targets.Count;

    internal bool TryFind(uint pid, out Target target) => _targets.TryGetValue(pid, out target!);

    internal void Set(Target target)
    {
        var pid = (uint)target.Pid;
        if (samplers is { } map && target.Naming.Sampler is { } own)
        {
            _ = map.Set(pid, own.ToKernel());
        }
        else
        {
            _ = samplers?.Remove(pid);
        }
        _targets[pid] = target;
    }

    /// <summary>Removes it unless a newer program has taken its pid.</summary>
    internal void Remove(Target target)
    {
        if (_targets.TryRemove(new KeyValuePair<uint, Target>((uint)target.Pid, target)))
        {
            _ = samplers?.Remove((uint)target.Pid);
        }
    }
}
