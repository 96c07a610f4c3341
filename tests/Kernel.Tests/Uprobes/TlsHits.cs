// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Sources;
using Agent.Targets;

namespace Kernel.Tests.Uprobes;

/// <summary>The agent's TLS probes, with programs that count.</summary>
internal sealed class TlsHits : IDisposable
{
    private readonly BpfObject _bpf = OwnObject.Open("Uprobes/hits");
    private readonly LinkReaper _reaper = new();
    private readonly BpfMap<ulong, Hits> _hits;

    internal TlsHits(bool isPerfForm)
    {
        if (isPerfForm)
        {
            _bpf.UsePerfForm();
        }
        _bpf.Load(null);
        _hits = _bpf.Map<ulong, Hits>("hits");
        Probes = new Tls(() => new TlsPrograms(_bpf), new ProcFs(), _reaper);
        Probes.Start();
    }

    internal Tls Probes { get; }

    internal static TargetProcess Process(int pid)
    {
        var proc = new ProcFs();
        Assert.True(proc.TryReadStat(pid, out var stat));
        return new TargetProcess(pid, stat.StartTicks, proc.Executable(pid)!, new Target(pid, "x", new([])))
        {
            Cgroup = "/",
            NetworkNamespace = 0,
        };
    }

    /// <summary>Of the first library that was found.</summary>
    internal Hits Of(TlsHook hook, bool tellsApart)
    {
        var cookie = TlsPrograms.Cookie(0, tellsApart) | (ulong)hook << 56;
        return _hits.TryLookup(cookie, out var found) ? found : default;
    }

    public void Dispose()
    {
        Probes.Dispose();
        _reaper.Dispose();
        _bpf.Dispose();
    }
}
