// SPDX-License-Identifier: Apache-2.0
// From senders of spans to the queue: what `hilo run` does with HILO_INGEST, without a kernel side. Behind the queue are receivers, or,
// if it is a topic, `hilo forward`.
using Agent.Config;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Ingest;

namespace Agent.Cli;

/// <summary><c>hilo collect</c>.</summary>
internal static class Collect
{
    internal static int Execute(Configuration configuration)
    {
        var options = configuration.Read(IngestOptions.Otlp);
        Log.Level = options.LogLevel;
        foreach (var warning in configuration.Warnings)
        {
            Log.Warn(warning);
        }
        if (options.Ingest.Listeners.Count == 0)
        {
            throw new ConfigException(IngestOptions.Variable, IngestOptions.None, "collect takes spans from others: use otlp, zipkin or opencensus");
        }
        using var manager = ServiceManager.Find(Environment.GetEnvironmentVariable);
        var pulse = new Pulse(manager, () => Environment.TickCount64);
        var health = new Health(pulse);
        using var asked = MetricsServer.Start(options.Health, health);
        var ledger = new Ledger();
        using var stopped = new ManualResetEventSlim();
        using var signals = new Signals(stopped.Set, () => Log.Always("SIGHUP: nothing to read again"), () => Role.Report(ledger));
        using var delivery = DeliveryPipeline.Start(options.Delivery, ledger, Log.Warn);
        using var servers = IngestServers.Start(options.Ingest, delivery.Intake, Log.Warn);
        var metrics = new Metrics(Usage.Version, new SpanMetrics(ledger, _ => 0).Describe, servers.Counters.Describe);
        using var scraped = options.Metrics.Port == 0 ? null : MetricsServer.Start(options.Metrics, metrics.Describe, health);
        Log.Always($"ready: collecting at {string.Join(", ", servers.Addresses)}");
        health.Ready();
        manager?.Ready("collecting");

        Role.Await(stopped, pulse, () => true);
        health.Stopping();
        manager?.Stopping();
        servers.StopAsync(Role.DrainLimit).GetAwaiter().GetResult();
        delivery.StopAsync(Role.DrainLimit).GetAwaiter().GetResult();
        Role.Report(ledger);
        return 0;
    }
}
