// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;

namespace Agent.Targets;

/// <summary>
/// Targets by the pid that events name them with. The event thread reads, without a lock, and writes when a program is
/// replaced; the watcher writes what it finds by looking, and removes what has ended.
/// </summary>
internal sealed class TargetTable
{
    private readonly ConcurrentDictionary<uint, Target> _targets = [];

    internal int Count => _targets.Count;

    internal bool TryFind(uint pid, out Target target) => _targets.TryGetValue(pid, out target!);

    internal void Set(Target target) => _targets[(uint)target.Pid] = target;

    /// <summary>Removes it unless a newer program has taken its pid.</summary>
    internal void Remove(Target target) =>
        _targets.TryRemove(new KeyValuePair<uint, Target>((uint)target.Pid, target));
}
