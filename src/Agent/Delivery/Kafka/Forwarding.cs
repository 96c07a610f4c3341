// SPDX-License-Identifier: Apache-2.0
//   topic → KafkaSource → ExportLoop → exporter       all of them for each receiver
using Agent.Diagnostics;

namespace Agent.Delivery.Kafka;

/// <summary>Everything between a topic and its receivers.</summary>
internal sealed class Forwarding : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Exporters.IExporter> _exporters = [];
    private readonly List<KafkaSource> _sources = [];
    private readonly Task _work;

    private Forwarding(KafkaOptions topic, DeliveryOptions options, Ledger ledger, Action<string> log)
    {
        var tasks = new List<Task>();
        foreach (var receiver in options.Receivers)
        {
            var own = options.Receivers.Count == 1 ? ledger : ledger.Branch(receiver.Name);
            var source = new KafkaSource(topic, receiver.Name, own, log);
            var exporter = receiver.CreateExporter();
            _sources.Add(source);
            _exporters.Add(exporter);
            var loop = new ExportLoop(options, receiver, source, exporter, own, log);
            tasks.Add(Task.Run(() => loop.RunAsync(_drain.Token, _stop.Token)));
        }
        _work = Task.WhenAll(tasks);
    }

    internal IReadOnlyList<KafkaSource> Sources => _sources;

    /// <summary>Whether every consumer does its work.</summary>
    internal bool IsTurning => _sources.TrueForAll(source => source.IsTurning);

    internal static Forwarding Start(KafkaOptions topic, DeliveryOptions options, Ledger ledger, Action<string> log) =>
        new(topic, options, ledger, log);

    /// <summary>What is being sent may arrive within <paramref name="limit"/>; the rest stays in the topic. Then the groups are left.</summary>
    internal async Task StopAsync(TimeSpan limit)
    {
        _sources.ForEach(source => source.Stop());
        _stop.CancelAfter(limit);
        await _drain.CancelAsync().ConfigureAwait(false);
        await Task.WhenAny(_work, Task.Delay(limit * 1.5)).ConfigureAwait(false);
        await Task.WhenAll(_sources.Select(source => Task.Run(source.Dispose))).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _sources.ForEach(source => source.Dispose());
        _exporters.ForEach(exporter => exporter.Dispose());
        _drain.Dispose();
        _stop.Dispose();
    }
}
