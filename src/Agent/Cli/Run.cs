// SPDX-License-Identifier: Apache-2.0
// The agent, built by hand in the order things depend on each other: kernel side, targets, delivery, event loop.
using Agent.Application;
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Control;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Events;
using Agent.Ingest;
using Agent.Kubernetes;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Cli;

/// <summary><c>hilo run</c>.</summary>
internal static class Run
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    internal static int Execute(Configuration configuration)
    {
        var options = configuration.Read();
        Log.Level = options.LogLevel;
        foreach (var warning in configuration.Warnings)
        {
            Log.Warn(warning);
        }
        LibC.KeepNoFreedMemory();
        KernelLog.Capture();
        var proc = new ProcFs();
        Right.Require(proc);
        KernelHelpers.Require();
        var tree = CgroupTree.Find(proc, options.Cgroup) ?? throw new InvalidOperationException(
            "no cgroup v2 hierarchy is mounted here; mount one: mount -t cgroup2 none /sys/fs/cgroup");
        if (!Directory.Exists(tree.Directory(tree.Confinement)))
        {
            throw new ConfigException("HILO_CGROUP", options.Cgroup ?? "", "there is no such cgroup; create it first");
        }
        if (!proc.IsInitialProcessNamespace)
        {
            Log.Warn("this container has process numbers of its own: nothing is traced; give it the processes of the host (hostPID, --pid=host)");
        }
        if (!tree.IsOfHost)
        {
            Log.Warn($"{tree.MountPoint} shows only the cgroup of this container: nothing outside of it is traced; mount /sys/fs/cgroup of the host there");
        }

        using var manager = ServiceManager.Find(Environment.GetEnvironmentVariable);
        var pulse = new Pulse(manager, () => Environment.TickCount64);
        var health = new Health(pulse);
        using var asked = MetricsServer.Start(options.Health, health);
        using var kernel = Kernel.Load(options, proc, tree);
        var ledger = new Ledger();
        var table = new TargetTable(options.Selector.HasSamplers ? kernel.Samplers : null);
        var changes = new ChangeQueue();
        var peers = options.Kubernetes.Server is null ? null : new PeerNames();
        var requests = options.Application.IsOn ? new ApplicationMetrics(options.Application) : null;
        var activity = new LiveActivity();
        using var delivery = DeliveryPipeline.Start(
            options.Delivery with { Peers = peers, Requests = requests, Activity = activity }, ledger, Log.Warn);
        using var ring = kernel.Ring();
        var loop = new EventLoop(ring, delivery.Sink, ledger, pulse);
        var selection = new TargetSelection(options.Selector);
        using var kubernetes = KubernetesNames.Start(options.Kubernetes, peers, () => changes.Post(new Change(ChangeKind.Pods, 0)));
        var names = new TargetNames(proc, kubernetes);
        var programs = new ProgramChanges(proc, tree, selection, table, kernel.Targets, names);
        var keep = options.Keep.IsOn ? new RetroactiveKeep(options.Keep, kernel.KeptTraces(), ledger, delivery.Sink.Write) : null;
        var router = new EventRouter(table, delivery.Sink, ledger, programs, changes, kernel.Eviction, keep, new OwnSpans(delivery.Sink, ledger));
        var once = new OnceLog();
        var owners = new SocketOwners(proc, kernel.Owners);
        var processes = new TargetProcesses(proc, tree, table, new ProbeSet(kernel.Probes, once), kernel.Unwatch);
        var search = new TargetSearch(proc, tree, selection, table, kernel.Targets, owners, processes, names, once);
        var watcher = new TargetWatcher(processes, search, owners, names, kernel.Unwatch, kernel.FindTls, once);
        using var answers = kernel.Answer(router);

        kernel.AttachProcessEvents();
        search.Everywhere();
        kernel.WaitForProbes();
        using var governor = kernel.Govern(options.Overhead);
        using var guard = kernel.Guard(options.Guard);
        using var servers = options.Ingest.Listeners.Count == 0 ? null : IngestServers.Start(options.Ingest, delivery.Intake, Log.Warn);
        var figures = new SpanMetrics(ledger, counter => (long)kernel.Counters[counter]);
        var ofKernel = new KernelMetrics(kernel.Counters, governor, guard, kernel.Canary, () => processes.Count);
        var metrics = new Metrics(Usage.Version, figures.Describe, ofKernel.Describe, text => servers?.Counters.Describe(text));
        using var scraped = options.Metrics.Port == 0 ? null : MetricsServer.Start(options.Metrics, metrics.Describe, health);
        using var measured = requests is null ? null : MetricsServer.Start(options.Application.Place, () =>
        {
            var text = new MetricsText();
            requests.Describe(text);
            return text.ToString();
        }, name: ApplicationOptions.PortName);
        using var control = ControlSocket.Serve(activity, metrics.Describe);
        var reload = new Reload(configuration, selection, changes, manager);
        reload.WatchFile();
        using var signals = new Signals(loop.Stop, reload.Run, () => Report(ledger, kernel.Counters, governor, guard));
        var watching = new Thread(() => watcher.Run(changes, kernel.EventsWereLost)) { Name = "targets" };
        watching.Start();
        Log.Always($"ready: {processes.Count} process(es) traced, headers {(kernel.InjectsHeaders ? "written" : "not written")}" +
            (options.TcpOption == TcpOption.Off ? "" : ", TCP option written"));

        health.Ready();
        manager?.Ready($"{processes.Count} process(es) traced");

        kernel.StartTls();
        LibC.HurryThread(); // names programs before they end
        loop.Run(router);
        health.Stopping();
        manager?.Stopping();
        changes.Close();
        var detaching = new Thread(() =>
        {
            watching.Join();
            kernel.Detach();
        })
        { Name = "detach" };
        detaching.Start();
        loop.TakeRest(router, detaching);
        servers?.StopAsync(DrainLimit).GetAwaiter().GetResult();
        delivery.StopAsync(DrainLimit).GetAwaiter().GetResult();
        Report(ledger, kernel.Counters, governor, guard);
        return 0;
    }

    private static void Report(Ledger ledger, Counters counters, OverheadGovernor? governor, HarmGuard? guard)
    {
        foreach (var balance in ledger.Balances(counter => (long)counters[counter]))
        {
            Log.Always(balance.ToString());
        }
        Log.Always(counters.Describe());
        if (governor is not null)
        {
            Log.Always(governor.Describe());
        }
        if (guard is not null)
        {
            Log.Always(guard.Describe());
        }
    }
}
