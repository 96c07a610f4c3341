// SPDX-License-Identifier: Apache-2.0
// The loaded BPF objects, where they are attached, and the maps the agent works with.
using System.Diagnostics;
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Events;
using Agent.Probes;
using Agent.Propagation;
using Agent.Runtimes.Go;
using Agent.Sources;
using Agent.Targets;

namespace Agent.Cli;

/// <summary>The kernel side of one run.</summary>
internal sealed class Kernel : IDisposable
{
    private readonly List<BpfLink> _links = [];
    private readonly LinkReaper _reaper = new();
    private readonly KernelObjects _objects;
    private readonly List<IProbe> _probes = [];
    private readonly BpfProgram[] _http2;
    private readonly ThrottleSwitch _throttle;
    private readonly Traffic _traffic;
    private readonly Tls _tls;
    private BpfProgram[] _tlsPrograms = [];
    private BpfProgram[] _goWritePrograms = [];
    private readonly GoWrites? _goWrites;
    private FionreadWatch? _watch;
    private readonly Goroutines? _goroutines;
    private ulong _lost;

    private Kernel(KernelObjects objects, TargetSelector selector, TrafficOptions traffic, ProcFs proc, CgroupTree tree)
    {
        _objects = objects;
        Counters = new Counters(objects.Sockets.Counters("counters"));
        _throttle = new ThrottleSwitch(objects.Sockets.Map<uint, Throttle>("throttle"));
        Targets = objects.Process.Map<uint, Contract.Target>("targets");
        Owners = objects.Sockets.Map<int, Owner>("owners");
        Samplers = objects.Sockets.Map<uint, Sampling>("samplers");
        _http2 = [.. Http2Programs.Install(objects.Http2, objects.Sockets), .. Http2Programs.Install(objects.Http2Write, objects.Sockmap)];
        ReturnMemory();
        _traffic = new Traffic(proc, traffic);
        var sockets = new Sockets(objects.Sockets, tree, FollowStates);
        _probes.Add(sockets);
        _probes.Add(_traffic); // behind the one that may start it
        StartTraffic();
        _probes.Add(_tls = new Tls(LoadTls, proc, _reaper));
        if (objects.Sockmap is null)
        {
            _throttle.Set(HarmState.Withdrawn); // members of a sockmap without a program would gain nothing
        }
        else
        {
            Http1Header.Attach(objects.Sockmap);
            AddPropagationProbes(proc);
        }
        if (objects.Go is not null)
        {
            _probes.Add(_goroutines = new Goroutines(objects.Go, proc, _reaper));
            if (objects.WritesGo)
            {
                _probes.Add(_goWrites = new GoWrites(LoadGoWrite, proc, _reaper));
            }
        }
        if (selector.IsEverything)
        {
            sockets.AttachAhead(tree.Confinement);
        }
    }

    internal Counters Counters { get; }

    internal BpfMap<uint, Contract.Target> Targets { get; }

    internal BpfMap<int, Owner> Owners { get; }

    internal BpfMap<uint, Sampling> Samplers { get; }

    internal IReadOnlyList<IProbe> Probes => _probes;

    /// <summary>Answers a process that asks FIONREAD; null when sockets are never enrolled.</summary>
    internal FionreadEviction? Eviction { get; private set; }

    internal CanaryReport? Canary => _objects.Canary;

    internal bool InjectsHeaders => _objects is { WritesHeaders: true, Sockmap: not null };

    internal static Kernel Load(AgentOptions options, ProcFs proc, CgroupTree tree) =>
        new(KernelObjects.Load(options, tree), options.Selector, options.Traffic, proc, tree);

    internal RingBuffer Ring() => _objects.Sockets.Ring("events");

    /// <summary>For <see cref="KeepOptions"/>; none is known yet.</summary>
    internal KeptTraces KeptTraces() => new(_objects.Sockets.Map<uint, KeptTrace>("kept_traces"));

    /// <summary>Starts to watch what the programs cost; null when there is no budget.</summary>
    internal OverheadGovernor? Govern(OverheadOptions options) => OverheadGovernor.Start(
        options, () => [.. _objects.OnRequests().SelectMany(bpfObject => bpfObject.Programs()), .. _http2, .. _tlsPrograms, .. _goWritePrograms], _throttle, Counters);

    /// <summary>Starts to watch how enrolled connections fare; null when none is enrolled, or nobody wants that.</summary>
    internal HarmGuard? Guard(GuardOptions options) => options.IsOn && _objects.Sockmap is not null
        ? HarmGuard.Start(options, _objects.Sockets.Counters("harm"), _throttle, new Enrolment(
            _objects.Sockets.Map<ulong, uint>("enrolled_pids"), EnrolledSockets.Of(_objects.Sockets)))
        : null;

    /// <summary>Starts to answer the FIONREAD probe; null when there is none.</summary>
    internal FionreadAnswers? Answer(EventRouter router) =>
        Eviction is not null && _objects.Fionread is not null
            ? new FionreadAnswers(_objects.Fionread.Ring("questions"), router)
            : null;

    /// <summary>Everything that is not bound to a cgroup, an interface or a process.</summary>
    internal void AttachProcessEvents()
    {
        var programs = _objects.Process.Programs().Concat(_objects.Sockets.Programs());
        foreach (var program in programs.Where(program => program.IsTracing))
        {
            _links.Add(program.Attach());
        }
    }

    /// <summary>A process has asked FIONREAD and was answered, or has ended, or runs another program.</summary>
    internal void Unwatch(int pid) => _watch?.Unwatch(pid);

    /// <summary>Begins with what can wait until the rest works.</summary>
    internal void StartTls()
    {
        _tls.Start();
        _goWrites?.Start();
    }

    /// <summary>A process speaks TLS, or is about to: it may have got a library for it since it began.</summary>
    internal void FindTls(TargetProcess process) => _tls.Rescan(process);

    /// <summary>Returns when the processes found so far are probed.</summary>
    internal void WaitForProbes()
    {
        _watch?.WaitUntilDone();
        _goroutines?.WaitUntilDone();
    }

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
        _objects.Dispose();
    }

    private TlsPrograms? LoadTls()
    {
        var watch = Stopwatch.StartNew();
        if (_objects.LoadLater("tls") is not { } tls)
        {
            return null;
        }
        var programs = new TlsPrograms(tls);
        _tlsPrograms = programs.All;
        ReturnMemory();
        Log.Debug($"tls: loaded within {watch.ElapsedMilliseconds} ms");
        return programs;
    }

    private BpfObject? LoadGoWrite()
    {
        var writer = _objects.LoadLater("go_write");
        _goWritePrograms = [.. writer?.Programs() ?? []];
        ReturnMemory();
        return writer;
    }

    // What loading took is not needed again.
    private static void ReturnMemory()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        _ = LibC.ReturnFreedMemory(0);
    }

    private void StartTraffic()
    {
        if (_objects.Traffic is null)
        {
            return;
        }
        try
        {
            _traffic.Start(_objects.Traffic);
        }
        catch (BpfException refused)
        {
            Log.Warn($"{_traffic.Name}: {refused.Message}");
        }
    }

    // Somebody keeps sock_ops to himself.
    private void FollowStates(BpfException refused)
    {
        if (_objects.States is not null)
        {
            return;
        }
        Log.Warn($"sockets: {refused.Message}: connections are followed by a tracepoint, headers are written only on such as are kept " +
            "and non-blocking, TCP options by traffic control");
        _objects.LoadStates();
        _links.AddRange(_objects.States!.Programs().Select(program => program.Attach()));
        StartTraffic();
    }

    private void AddPropagationProbes(ProcFs proc)
    {
        if (_objects.Reenrol is not null)
        {
            _probes.Add(new Reenrolment(_objects.Reenrol, proc));
        }
        if (_objects.Fionread is not null)
        {
            // First of all: until it is there, the sockets of a process leave the sockmap after one request.
            _probes.Insert(0, _watch = new FionreadWatch(_objects.Fionread, proc, _reaper, !_objects.IsFionreadRight));
            Eviction = new FionreadEviction(
                _objects.Sockets.Map<ulong, uint>("enrolled_pids"),
                EnrolledSockets.Of(_objects.Sockets),
                _objects.Fionread.Map<uint, Watch>("watches"));
        }
    }
}
