// SPDX-License-Identifier: Apache-2.0
// Loads the BPF objects. What costs time is the verifier, so first all maps are created without any program, and then the
// two halves, what sees requests and what writes headers, go through it on two threads. Each object of the second half may
// fail alone; it is named once, and the agent goes on without what it does.
using System.Runtime.ExceptionServices;
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Propagation;

namespace Agent.Cli;

/// <summary>Every object of one run. They share maps by name.</summary>
internal sealed class KernelObjects : IDisposable
{
    private readonly List<BpfObject> _owners = [];
    private readonly SharedMaps _maps = new();

    private KernelObjects(AgentOptions options)
    {
        var settings = new Settings
        {
            SamplingThreshold = options.Sampling.Threshold,
            AgentPid = (uint)Environment.ProcessId,
            Sampler = options.Sampling.Sampler,
            ParentBased = options.Sampling.IsParentBased ? (byte)1 : (byte)0,
        };
        var canary = options.InjectHeaders ? TryCanary() : null;
        var mayInject = canary is { MayEnrol: true };
        IsFionreadRight = canary is { IsFionreadRight: true };
        settings.InjectHeaders = mayInject ? (byte)1 : (byte)0;
        CreateMaps(mayInject ? ["sockets", "process", "sockmap", "reenrol", "fionread"] : ["sockets", "process"]);
        var writing = mayInject ? OnThread(() => LoadWriting(settings)) : null;
        try
        {
            Sockets = Load("sockets", settings);
            Process = Load("process", settings);
        }
        finally
        {
            writing?.Invoke();
            ReleaseOwners();
        }
    }

    internal BpfObject Sockets { get; }

    internal BpfObject Process { get; }

    /// <summary>Null: headers are not written.</summary>
    internal BpfObject? Sockmap { get; private set; }

    internal BpfObject? Reenrol { get; private set; }

    internal BpfObject? Fionread { get; private set; }

    /// <summary>Sockets in a sockmap answer FIONREAD on this kernel.</summary>
    internal bool IsFionreadRight { get; }

    internal static KernelObjects Load(AgentOptions options) => new(options);

    public void Dispose()
    {
        foreach (var bpfObject in (ReadOnlySpan<BpfObject?>)[Fionread, Reenrol, Sockmap, Process, Sockets])
        {
            bpfObject?.Dispose();
        }
    }

    private void CreateMaps(ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var owner = BpfObject.Open(name);
            _owners.Add(owner);
            owner.LoadMaps(_maps);
        }
    }

    // Every object has its own hold on the maps now. What loading took, types of the whole kernel among it, is given back.
    private void ReleaseOwners()
    {
        _owners.ForEach(owner => owner.Dispose());
        _owners.Clear();
        _ = LibC.ReturnFreedMemory(0);
    }

    private void LoadWriting(Settings settings)
    {
        Fionread = TryLoad("fionread", settings);
        settings.Resident = IsFionreadRight || Fionread is not null ? (byte)1 : (byte)0;
        Sockmap = TryLoad("sockmap", settings);
        Reenrol = TryLoad("reenrol", settings);
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
            var report = Canary.Try();
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

    private BpfObject Load(string name, in Settings settings)
    {
        var bpfObject = BpfObject.Open(name);
        try
        {
            LayoutCheck.Require(name, bpfObject.Layout);
            bpfObject.TrySet("settings", settings);
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
