// SPDX-License-Identifier: Apache-2.0
// The five BPF objects and everything made of them. The first owns the shared maps; each of the others may fail alone, and
// is then named once: the agent goes on without what it does.
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Events;
using Agent.Probes;
using Agent.Propagation;
using Agent.Sources;
using Agent.Targets;

namespace Agent.Cli;

/// <summary>The kernel side of one run.</summary>
internal sealed class Kernel : IDisposable
{
    private readonly SharedMaps _maps = new();
    private readonly List<BpfLink> _links = [];
    private readonly LinkReaper _reaper = new();
    private readonly ProcFs _proc;
    private readonly BpfObject _sockets;
    private readonly BpfObject _process;
    private readonly BpfObject? _sockmap;
    private readonly BpfObject? _reenrol;
    private readonly BpfObject? _fionread;
    private readonly List<IProbe> _probes = [];
    private FionreadWatch? _watch;
    private ulong _lost;

    private Kernel(AgentOptions options, ProcFs proc, CgroupTree tree)
    {
        _proc = proc;
        var settings = new Settings
        {
            SamplingThreshold = options.Sampling.Threshold,
            AgentPid = (uint)Environment.ProcessId,
            Sampler = options.Sampling.Sampler,
            ParentBased = options.Sampling.IsParentBased ? (byte)1 : (byte)0,
        };
        var canary = options.InjectHeaders ? TryCanary(settings) : null;
        settings.InjectHeaders = canary is { MayEnrol: true } ? (byte)1 : (byte)0;
        _sockets = Load("sockets", settings);
        _process = Load("process", settings);
        if (canary is { MayEnrol: true } report)
        {
            _fionread = TryLoad("fionread", settings);
            settings.Resident = report.IsFionreadRight || _fionread is not null ? (byte)1 : (byte)0;
            _sockmap = TryLoad("sockmap", settings);
            _reenrol = TryLoad("reenrol", settings);
        }
        Counters = new Counters(_sockets.Counters("counters"));
        Targets = _process.Map<uint, Contract.Target>("targets");
        Owners = _sockets.Map<int, Owner>("owners");
        _probes.Add(new Sockets(_sockets, tree));
        if (_sockmap is not null)
        {
            Http1Header.Attach(_sockmap);
            AddPropagationProbes(canary is { IsFionreadRight: true });
        }
    }

    internal Counters Counters { get; }

    internal BpfMap<uint, Contract.Target> Targets { get; }

    internal BpfMap<int, Owner> Owners { get; }

    internal IReadOnlyList<IProbe> Probes => _probes;

    /// <summary>Answers a process that asks FIONREAD; null when sockets are never enrolled.</summary>
    internal FionreadEviction? Eviction { get; private set; }

    internal bool InjectsHeaders => _sockmap is not null;

    internal static Kernel Load(AgentOptions options, ProcFs proc, CgroupTree tree) => new(options, proc, tree);

    internal RingBuffer Ring() => _sockets.Ring("events");

    /// <summary>Starts to answer the FIONREAD probe; null when there is none.</summary>
    internal FionreadAnswers? Answer(EventRouter router) =>
        Eviction is not null && _fionread is not null ? new FionreadAnswers(_fionread.Ring("questions"), router) : null;

    /// <summary>Everything that is not bound to a cgroup, an interface or a process.</summary>
    internal void AttachProcessEvents()
    {
        foreach (var program in _process.Programs().Concat(_sockets.Programs()).Where(program => program.IsTracing))
        {
            _links.Add(program.Attach());
        }
    }

    /// <summary>A process has asked FIONREAD and was answered.</summary>
    internal void AskedFionread(int pid) => _watch?.Asked(pid);

    /// <summary>True when process events were lost since the last call.</summary>
    internal bool EventsWereLost()
    {
        var lost = Counters[Counter.ProcessEventsLost];
        var more = lost != _lost;
        _lost = lost;
        return more;
    }

    /// <summary>Takes every program away. Traffic goes on untouched.</summary>
    internal void Detach()
    {
        foreach (var probe in _probes)
        {
            (probe as IDisposable)?.Dispose();
        }
        _probes.Clear();
        _links.ForEach(link => link.Dispose());
        _links.Clear();
    }

    public void Dispose()
    {
        Detach();
        _reaper.Dispose();
        Eviction?.Dispose();
        foreach (var bpfObject in (ReadOnlySpan<BpfObject?>)[_fionread, _reenrol, _sockmap, _process, _sockets])
        {
            bpfObject?.Dispose();
        }
    }

    private void AddPropagationProbes(bool isFionreadRight)
    {
        if (_reenrol is not null)
        {
            _probes.Add(new Reenrolment(_reenrol, _proc));
        }
        if (_fionread is not null)
        {
            // First of all: until it is there, the sockets of a process leave the sockmap after one request.
            _probes.Insert(0, _watch = new FionreadWatch(_fionread, _proc, _reaper, isNeeded: !isFionreadRight));
            Eviction = new FionreadEviction(
                _sockets.Map<ulong, uint>("enrolled_pids"),
                _sockets.Map<ulong, ulong>("enrolled"),
                _fionread.Map<uint, Watch>("watches"));
        }
    }

    // With maps of its own, and before anything else exists: what it finds decides how the rest is loaded.
    private static CanaryReport? TryCanary(in Settings settings)
    {
        try
        {
            using var sockmap = Load("sockmap", settings, null);
            var report = Canary.Try(sockmap);
            Log.Debug($"canary: {report}");
            if (!report.MayEnrol)
            {
                Log.Warn("sockmap: sockets in it do not behave on this kernel, headers are not written; see hilo doctor");
            }
            return report;
        }
        catch (Exception refused) when (refused is BpfException or InvalidOperationException)
        {
            Log.Warn($"sockmap: not available, headers are not written: {refused.Message}");
            return null;
        }
    }

    private BpfObject Load(string name, in Settings settings) => Load(name, settings, _maps);

    private static BpfObject Load(string name, in Settings settings, SharedMaps? maps)
    {
        var bpfObject = BpfObject.Open(name);
        try
        {
            LayoutCheck.Require(name, bpfObject.Layout);
            bpfObject.TrySet("settings", settings);
            bpfObject.Load(maps);
            return bpfObject;
        }
        catch
        {
            bpfObject.Dispose();
            throw;
        }
    }

    private BpfObject? TryLoad(string name, in Settings settings)
    {
        try
        {
            return Load(name, settings);
        }
        catch (Exception refused) when (refused is BpfException or InvalidOperationException)
        {
            Log.Warn($"{name}: not available: {refused.Message}");
            return null;
        }
    }
}
