// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>Targets by the pid that events name them with. The watcher writes, the event thread reads.</summary>
internal sealed class TargetTable
{
    private readonly Dictionary<uint, Target> _targets = [];
    private readonly Lock _gate = new();

    internal int Count
    {
        get
        {
            lock (_gate)
            {
                return _targets.Count;
            }
        }
    }

    internal bool TryFind(uint pid, out Target target)
    {
        lock (_gate)
        {
            return _targets.TryGetValue(pid, out target!);
        }
    }

    internal void Set(Target target)
    {
        lock (_gate)
        {
            _targets[(uint)target.Pid] = target;
        }
    }

    /// <summary>Removes it unless a newer process has taken its pid.</summary>
    internal void Remove(Target target)
    {
        lock (_gate)
        {
            if (_targets.TryGetValue((uint)target.Pid, out var current) && ReferenceEquals(current, target))
            {
                _targets.Remove((uint)target.Pid);
            }
        }
    }
}
