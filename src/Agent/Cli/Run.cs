// SPDX-License-Identifier: Apache-2.0
// The agent, built by hand in the order things depend on each other: kernel side, targets, delivery, event loop.
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Events;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Cli;

/// <summary><c>hilo run</c>.</summary>
internal static class Run
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    internal static int Execute(AgentOptions options)
    {
        LibC.KeepNoFreedMemory();
        KernelLog.Capture();
        KernelHelpers.Require();
        var proc = new ProcFs();
        var tree = CgroupTree.Find(proc, options.Cgroup) ?? throw new InvalidOperationException(
            "no cgroup v2 hierarchy is mounted here; mount one: mount -t cgroup2 none /sys/fs/cgroup");
        if (!Directory.Exists(tree.Directory(tree.Confinement)))
        {
            throw new ConfigException("HILO_CGROUP", options.Cgroup ?? "", "there is no such cgroup; create it first");
        }

        using var kernel = Kernel.Load(options, proc, tree);
        var ledger = new Ledger();
        var table = new TargetTable();
        var changes = new ChangeQueue();
        using var delivery = DeliveryPipeline.Start(options.Delivery, ledger, Log.Warn);
        using var ring = kernel.Ring();
        var loop = new EventLoop(ring, delivery.Sink, ledger);
        var programs = new ProgramChanges(proc, tree, options.Selector, table, kernel.Targets);
        var router = new EventRouter(table, delivery.Sink, ledger, programs, changes, kernel.Eviction);
        var once = new OnceLog();
        var owners = new SocketOwners(proc, kernel.Owners);
        var processes = new TargetProcesses(proc, table, new ProbeSet(kernel.Probes, once), kernel.Unwatch);
        var search = new TargetSearch(proc, tree, options.Selector, table, kernel.Targets, owners, processes, once);
        var watcher = new TargetWatcher(processes, search, owners, kernel.Unwatch, kernel.FindTls, once);
        using var answers = kernel.Answer(router);

        kernel.AttachProcessEvents();
        search.Everywhere();
        kernel.WaitForProbes();
        using var governor = kernel.Govern(options.Overhead);
        using var guard = kernel.Guard(options.Guard);
        var metrics = new Metrics(Usage.Version, ledger, kernel.Counters, governor, guard, kernel.Canary, () => processes.Count);
        using var scraped = options.Metrics.Port == 0 ? null : MetricsServer.Start(options.Metrics, metrics.Describe);
        using var signals = new Signals(loop.Stop, () => Report(ledger, kernel.Counters, governor, guard));
        var watching = new Thread(() => watcher.Run(changes, kernel.EventsWereLost)) { Name = "targets" };
        watching.Start();
        Log.Always($"ready: {processes.Count} process(es) traced, headers {(kernel.InjectsHeaders ? "written" : "not written")}" +
            (options.TcpOption == TcpOption.Off ? "" : ", TCP option written"));

        kernel.StartTls();
        LibC.HurryThread(); // names programs before they end
        loop.Run(router);
        changes.Close();
        var detaching = new Thread(() =>
        {
            watching.Join();
            kernel.Detach();
        })
        { Name = "detach" };
        detaching.Start();
        loop.TakeRest(router, detaching);
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
