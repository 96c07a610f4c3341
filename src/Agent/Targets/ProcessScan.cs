// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>All processes of one moment: who descends from whom, and who listens where.</summary>
internal sealed class ProcessScan
{
    private readonly ProcFs _proc;
    private readonly Dictionary<int, ProcessStat> _stats = [];
    private readonly Dictionary<int, List<int>> _children = [];
    private readonly Dictionary<ulong, Dictionary<ulong, ushort>> _listeners = [];

    internal ProcessScan(ProcFs proc)
    {
        _proc = proc;
        foreach (var pid in proc.Processes())
        {
            if (proc.TryReadStat(pid, out var stat))
            {
                _stats[pid] = stat;
                if (!_children.TryGetValue(stat.ParentPid, out var siblings))
                {
                    _children[stat.ParentPid] = siblings = [];
                }
                siblings.Add(pid);
            }
        }
    }

    internal IReadOnlyCollection<int> Processes => _stats.Keys;

    internal int ParentOf(int pid) => _stats.GetValueOrDefault(pid).ParentPid;

    internal IReadOnlyList<int> ChildrenOf(int pid) => _children.GetValueOrDefault(pid) ?? [];

    /// <summary>Ports on which a process itself holds a listening socket.</summary>
    internal IEnumerable<ushort> PortsOf(int pid)
    {
        var listeners = ListenersAround(pid);
        if (listeners.Count == 0)
        {
            yield break;
        }
        foreach (var descriptor in _proc.Descriptors(pid))
        {
            if (listeners.TryGetValue(_proc.SocketInode(pid, descriptor), out var port))
            {
                yield return port;
            }
        }
    }

    /// <summary>The same, each once and in order.</summary>
    internal List<ushort> SortedPortsOf(int pid)
    {
        var ports = new List<ushort>();
        foreach (var port in PortsOf(pid))
        {
            if (!ports.Contains(port))
            {
                ports.Add(port);
            }
        }
        ports.Sort();
        return ports;
    }

    // The table is that of a whole network namespace: one reading serves all its processes.
    private Dictionary<ulong, ushort> ListenersAround(int pid)
    {
        var space = _proc.NetworkNamespace(pid);
        if (!_listeners.TryGetValue(space, out var found))
        {
            _listeners[space] = found = _proc.Listeners(pid);
        }
        return found;
    }
}
