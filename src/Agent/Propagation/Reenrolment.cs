// SPDX-License-Identifier: Apache-2.0
// A program on ingress takes client sockets back into the sockmap when their response is complete. It belongs to network
// interfaces, so it is attached in every network namespace that targets live in, to all interfaces found there.
using Agent.Bpf;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>Attaches the re-enrolment program per network namespace.</summary>
internal sealed unsafe class Reenrolment : IProbe, IDisposable
{
    private const long RefreshMilliseconds = 1000;
    private readonly BpfProgram _program;
    private readonly ProcFs _proc;
    private readonly ulong _own;
    private readonly Dictionary<ulong, Namespace> _namespaces = [];

    internal Reenrolment(BpfObject reenrol, ProcFs proc)
    {
        _program = reenrol.Programs().First(program => program.IsTcx);
        _proc = proc;
        _own = proc.NetworkNamespace(Environment.ProcessId);
    }

    public string Name => "reenrol";

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
        var now = Environment.TickCount64;
        if (found.Users == 1 || now - found.RefreshedAt > RefreshMilliseconds)
        {
            Within(process, () =>
            {
                // It may have moved since it was looked at; then its next program brings it here again.
                if (_proc.CurrentNetworkNamespace() == process.NetworkNamespace)
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

    private void Within(TargetProcess process, Action visit)
    {
        if (process.NetworkNamespace == _own)
        {
            visit();
        }
        else
        {
            NetworkNamespace.RunIn($"{_proc.Root}/{process.Pid}/ns/net", visit);
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
                if (!found.Links.ContainsKey(name->Index))
                {
                    found.Links[name->Index] = _program.AttachTcx((int)name->Index);
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
        internal Dictionary<uint, BpfLink> Links { get; } = [];

        internal int Users { get; set; }

        internal long RefreshedAt { get; set; }

        internal void Release()
        {
            foreach (var link in Links.Values)
            {
                link.Dispose();
            }
            Links.Clear();
        }
    }
}
