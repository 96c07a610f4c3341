// SPDX-License-Identifier: Apache-2.0
// What belongs to network interfaces is attached in every network namespace that targets live in, to the interfaces found
// there. Where that is, and for how long, is the same for every program of this kind.
using Agent.Bpf;
using Agent.Targets;

namespace Agent.Probes;

/// <summary>Attaches something to the interfaces of the network namespaces of targets.</summary>
internal abstract unsafe class InterfaceProbe(ProcFs proc) : IProbe, IDisposable
{
    private const long RefreshMilliseconds = 1000;
    private readonly ulong _own = proc.NetworkNamespace(Environment.ProcessId);
    private readonly Dictionary<ulong, Namespace> _namespaces = [];

    public abstract string Name { get; }

    /// <summary>There is something to attach.</summary>
    protected virtual bool IsReady => true;

    /// <summary>Attaches in Hilo's own network namespace for good, before a process in it is known.</summary>
    internal void AttachAhead()
    {
        if (!_namespaces.TryGetValue(_own, out var found))
        {
            _namespaces[_own] = found = new Namespace();
        }
        found.Users++;
        found.RefreshedAt = Environment.TickCount64;
        AttachMissing(found);
    }

    public void Attach(TargetProcess process)
    {
        if (process.NetworkNamespace == 0)
        {
            return;
        }
        if (!_namespaces.TryGetValue(process.NetworkNamespace, out var found))
        {
            _namespaces[process.NetworkNamespace] = found = new Namespace();
        }
        found.Users++;
        if (!IsReady)
        {
            return;
        }
        var now = Environment.TickCount64;
        if (found.RefreshedAt == 0 || found.Users == 1 || now - found.RefreshedAt > RefreshMilliseconds)
        {
            Within(process, () =>
            {
                // It may have moved since it was looked at; then its next program brings it here again.
                if (proc.CurrentNetworkNamespace() == process.NetworkNamespace)
                {
                    found.RefreshedAt = now;
                    AttachMissing(found);
                }
            });
        }
    }

    public void Detach(TargetProcess process)
    {
        if (_namespaces.TryGetValue(process.NetworkNamespace, out var found) && --found.Users == 0)
        {
            _namespaces.Remove(process.NetworkNamespace);
            found.Release();
        }
    }

    public void Dispose()
    {
        foreach (var found in _namespaces.Values)
        {
            found.Release();
        }
        _namespaces.Clear();
    }

    /// <summary>Attaches to an interface of the calling thread's network namespace; null when there is nothing to do there.</summary>
    protected abstract IDisposable? AttachTo(int index, ReadOnlySpan<byte> name);

    private void Within(TargetProcess process, Action visit)
    {
        if (process.NetworkNamespace == _own)
        {
            visit();
        }
        else
        {
            NetworkNamespace.RunIn($"{proc.Root}/{process.Pid}/ns/net", visit);
        }
    }

    private void AttachMissing(Namespace found)
    {
        var names = LibC.InterfaceNames();
        if (names is null)
        {
            throw new BpfException("cannot list network interfaces", LibC.LastError);
        }
        try
        {
            for (var name = names; name->Index != 0; name++)
            {
                if (!found.Attached.ContainsKey(name->Index))
                {
                    found.Attached[name->Index] = AttachTo(
                        (int)name->Index, System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name->Name));
                }
            }
        }
        finally
        {
            LibC.FreeInterfaceNames(names);
        }
    }

    private sealed class Namespace
    {
        internal Dictionary<uint, IDisposable?> Attached { get; } = [];

        internal int Users { get; set; }

        internal long RefreshedAt { get; set; }

        internal void Release()
        {
            foreach (var attached in Attached.Values)
            {
                attached?.Dispose();
            }
            Attached.Clear();
        }
    }
}
