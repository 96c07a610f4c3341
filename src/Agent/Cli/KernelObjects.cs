// SPDX-License-Identifier: Apache-2.0
// Loads the BPF objects. What costs time is the verifier, so first all maps are created without any program, and then each
// large object goes through it on a thread of its own. Each of those that write headers may fail alone; it is named once,
// and the agent goes on without what it does.
using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Propagation;
using Agent.Targets;

namespace Agent.Cli;

/// <summary>Every object of one run. They share maps by name.</summary>
internal sealed class KernelObjects : IDisposable
{
    private readonly List<BpfObject> _owners = [];
    private readonly Settings _settings;
    private SharedMaps _maps = new();
    private KernelTypes? _types;
    private readonly HeaderRules _headers;

    private KernelObjects(AgentOptions options, CgroupTree tree)
    {
        var settings = new Settings
        {
            SamplingThreshold = options.Sampling.Threshold,
            AgentPid = (uint)Environment.ProcessId,
            Sampler = options.Sampling.Sampler,
            ParentBased = Flag(options.Sampling.IsParentBased),
            WriteW3c = Flag(options.Propagators.W3c),
            WriteB3 = Flag(options.Propagators.B3),
            WriteB3Multi = Flag(options.Propagators.B3Multi),
            CarryTracestate = Flag(options.Propagators.W3c),
            CarryBaggage = Flag(options.Propagators.Baggage),
            GenerateHeaders = Flag(options.Headers.Generates),
            LeaveExporters = Flag(options.LeavesExporters),
            TcpOption = options.TcpOption,
            OwnSamplers = Flag(options.Selector.HasSamplers),
            TellUnsampled = Flag(options.Keep.IsOn),
        };
        if (options.Selector.IsEverything && tree.TryFindConfinement(out var number, out var level))
        {
            (settings.SelectAll, settings.Cgroup, settings.CgroupLevel) = (1, number, level);
        }
        _headers = options.Headers.ToKernel();
        using var archive = BpfArchive.Hold();
        var canary = Canary = options.InjectHeaders || options.TcpOption != TcpOption.Off ? TryCanary() : null;
        var mayEnrol = canary is { MayEnrol: true };
        IsFionreadRight = canary?.Passes(CanaryTrial.Fionread) == true;
        WritesHeaders = options.InjectHeaders && mayEnrol;
        settings.InjectHeaders = Flag(WritesHeaders);
        WritesGo = options.InjectHeaders && KernelHelpers.WritesProcesses == true;
        settings.WritesGo = Flag(WritesGo);
        settings.SpareZerocopy = Flag(canary?.Passes(CanaryTrial.ZeroCopy) == false);
        var hasTraffic = options.Traffic.Interfaces is not null;
        OpenOwners([
            "sockets", "process", "http2", "go",
            .. (ReadOnlySpan<string>)(mayEnrol ? ["sockmap", "reenrol", "fionread", "http2_write"] : []),
            .. (ReadOnlySpan<string>)(hasTraffic ? ["traffic"] : []),
        ]);
        _owners.ForEach(owner => owner.LoadMaps(_maps));
        Fionread = mayEnrol ? TryLoad("fionread", settings) : null;
        settings.Resident = Flag(canary is { MayStay: true } && (IsFionreadRight || Fionread is not null));
        // Two threads besides this one: more would only spread memory.
        var writers = OnThread(() =>
        {
            Sockmap = mayEnrol ? TryLoad("sockmap", settings) : null;
            Http2Write = mayEnrol ? TryLoad("http2_write", settings) : null;
            Traffic = hasTraffic ? TryLoad("traffic", settings) : null;
        });
        var others = OnThread(() =>
        {
            Reenrol = mayEnrol ? TryLoad("reenrol", settings) : null;
            Http2 = TryLoad("http2", settings);
            Go = TryLoad("go", settings);
        });
        try
        {
            Sockets = Load("sockets", settings);
            Process = Load("process", settings);
        }
        finally
        {
            writers();
            others();
            ReleaseOwners();
        }
        _settings = settings;
    }

    /// <summary>Null: not tried, or no sockmap.</summary>
    internal CanaryReport? Canary { get; }

    internal BpfObject Sockets { get; }

    internal BpfObject Process { get; }

    /// <summary>Null: requests are not seen before TCP has them, so headers are not written.</summary>
    internal BpfObject? Sockmap { get; private set; }

    internal BpfObject? Reenrol { get; private set; }

    /// <summary>Null: HTTP/2 is not followed, because the kernel refuses that.</summary>
    internal BpfObject? Http2 { get; private set; }

    internal BpfObject? Http2Write { get; private set; }

    /// <summary>Null: work in programs of Go is known by thread, as in others.</summary>
    internal BpfObject? Go { get; private set; }

    /// <summary>Null: there is no need for it, or the kernel refuses it.</summary>
    internal BpfObject? Traffic { get; private set; }

    /// <summary>Null as long as sock_ops programs can be had.</summary>
    internal BpfObject? States { get; private set; }

    internal BpfObject? Fionread { get; }

    internal bool WritesHeaders { get; }

    /// <summary>Headers may also be written inside of programs of Go.</summary>
    internal bool WritesGo { get; }

    /// <summary>Those whose programs run with requests, besides the ones for HTTP/2.</summary>
    internal IEnumerable<BpfObject> OnRequests() => new[] { Sockets, Sockmap, Reenrol, Traffic, States, Go }.OfType<BpfObject>();

    /// <summary>Sockets in a sockmap answer FIONREAD on this kernel.</summary>
    internal bool IsFionreadRight { get; }

    internal static KernelObjects Load(AgentOptions options, CgroupTree tree) => new(options, tree);

    /// <summary>Loads what does the work of sock_ops. Throws when the kernel refuses that, too.</summary>
    internal void LoadStates()
    {
        _maps = new SharedMaps();
        Sockets.Share(_maps);
        States = Load("states", _settings);
        if (_settings.TcpOption != TcpOption.Off)
        {
            Traffic ??= TryLoad("traffic", _settings);
        }
    }

    /// <summary>
    /// Loads what only some hosts need, when it is needed: TLS costs the verifier as much as all others together. Null when the
    /// kernel refuses it, which is said once. To be disposed by the caller.
    /// </summary>
    internal BpfObject? LoadLater(string name)
    {
        lock (_owners)
        {
            _maps = new SharedMaps();
            Sockets.Share(_maps);
            Go?.Share(_maps);
            using var archive = BpfArchive.Hold();
            using var types = _types = KernelTypes.TryCreate();
            using (var asked = BpfObject.Open(name))
            {
                if (_types?.TryFill([asked.Layout]) == false)
                {
                    _types = null;
                }
            }
            var loaded = TryLoad(name, _settings);
            _types = null;
            return loaded;
        }
    }

    public void Dispose()
    {
        foreach (var bpfObject in (ReadOnlySpan<BpfObject?>)[States, Traffic, Go, Fionread, Reenrol, Http2Write, Http2, Sockmap, Process, Sockets])
        {
            bpfObject?.Dispose();
        }
    }

    private void OpenOwners(string[] names)
    {
        _types = KernelTypes.TryCreate();
        Open();
        if (_types is not null && !_types.TryFill(_owners.Select(owner => owner.Layout)))
        {
            ReleaseOwners();
            Open(); // libbpf may know other places
        }

        void Open() => _owners.AddRange(names.Select(name => BpfObject.Open(name, _types)));
    }

    // Every object has its own hold on the maps now. What loading took is given back.
    private void ReleaseOwners()
    {
        _owners.ForEach(owner => owner.Dispose());
        _owners.Clear();
        _types?.Dispose();
        _types = null;
        _ = LibC.ReturnFreedMemory(0);
    }

    // Returns what waits for the end of the work, and passes on its failure.
    private static Action OnThread(Action work)
    {
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception unexpected)
            {
                failure = ExceptionDispatchInfo.Capture(unexpected);
            }
        });
        thread.Start();
        return () =>
        {
            thread.Join();
            failure?.Throw();
        };
    }

    private static CanaryReport? TryCanary()
    {
        try
        {
            var watch = Stopwatch.StartNew();
            var report = Propagation.Canary.Try();
            Log.Debug($"canary: {watch.ElapsedMilliseconds} ms; {report.Describe()?.ReplaceLineEndings("; ") ?? "nothing is wrong"}");
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

    private static byte Flag(bool set) => set ? (byte)1 : (byte)0;

    private BpfObject Load(string name, in Settings settings)
    {
        var bpfObject = BpfObject.Open(name, _types);
        try
        {
            LayoutCheck.Require(name, bpfObject.Layout);
            bpfObject.TrySet("settings", settings);
            bpfObject.TrySet("header_rules", _headers);
            bpfObject.Load(_maps);
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
