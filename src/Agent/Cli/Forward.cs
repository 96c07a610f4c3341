// SPDX-License-Identifier: Apache-2.0
// From a topic to receivers: what `hilo run` and `hilo collect` write there. As many as there are partitions share the work; more of
// them wait for one to end.
using Agent.Config;
using Agent.Delivery.Kafka;
using Agent.Diagnostics;

namespace Agent.Cli;

/// <summary><c>hilo forward</c>.</summary>
internal static class Forward
{
    /// <summary>Nothing is lost by giving up; who reads it next sends it again.</summary>
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(2);

    internal static int Execute(Configuration configuration)
    {
        var options = configuration.Read();
        Log.Level = options.LogLevel;
        foreach (var warning in configuration.Warnings)
        {
            Log.Warn(warning);
        }
        var delivery = options.Delivery;
        var topic = delivery.Topic?.Kafka
            ?? throw new ConfigException("HILO_QUEUE", delivery.Spool is null ? "memory" : "disk", "forward reads a topic: use kafka:BROKERS/TOPIC");
        if (delivery.Receivers.Count == 0)
        {
            throw new ConfigException("HILO_RECEIVERS", "", "forward needs somebody to send to: name receivers, or set OTEL_EXPORTER_OTLP_ENDPOINT");
        }
        using var manager = ServiceManager.Find(Environment.GetEnvironmentVariable);
        var pulse = new Pulse(manager, () => Environment.TickCount64);
        var health = new Health(pulse);
        using var asked = MetricsServer.Start(options.Health, health);
        var ledger = new Ledger();
        using var stopped = new ManualResetEventSlim();
        using var signals = new Signals(stopped.Set, () => Log.Always("SIGHUP: nothing to read again"), () => Role.Report(ledger));
        using var forwarding = Forwarding.Start(topic, delivery, ledger, Log.Warn);
        var metrics = new Metrics(Usage.Version, new SpanMetrics(ledger, _ => 0).Describe, new TopicMetrics(forwarding.Sources).Describe);
        using var scraped = options.Metrics.Port == 0 ? null : MetricsServer.Start(options.Metrics, metrics.Describe, health);
        Log.Always($"ready: forwarding {delivery.Topic!.Endpoint}");
        health.Ready();
        manager?.Ready("forwarding");

        Role.Await(stopped, pulse, () => forwarding.IsTurning);
        health.Stopping();
        manager?.Stopping();
        forwarding.StopAsync(SendLimit).GetAwaiter().GetResult();
        Role.Report(ledger);
        return 0;
    }
}
