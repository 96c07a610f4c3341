// SPDX-License-Identifier: Apache-2.0
// Puts the parts of this folder together:
//
//   event thread → SpanSink ─┬→ batch ┬→ BatchQueue → ExportLoop → exporter       one of both for each receiver
//   other senders → Intake ──┘        ├→ or Spool   → ExportLoop → exporter       one spool for all
//                                     │                               (a topic is one, and alone, if the queue is Kafka)
//                                     └→ BatchQueue → PrintLoop  → printer → standard output
//
// Receivers answer to the ledger, each for itself; the printer only when there is none.
using Agent.Application;
using Agent.Control;
using Agent.Delivery.Exporters;
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Everything between a finished exchange and its receiver.</summary>
internal sealed class DeliveryPipeline : IDisposable
{
    private const long MaxPrintQueueBytes = 8 << 20; // more than this on a screen is read by nobody

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _drain = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<IExporter> _exporters = [];
    private readonly List<BatchQueue> _queues = [];
    private readonly Spool? _spool;
    private readonly Task _exporting;
    private readonly Task _work;
    private readonly Ledger _ledger;
    private readonly Takers _takers;
    private readonly Intake _intake;
    private readonly ApplicationMetrics? _requests;
    private readonly LiveActivity? _activity;
    private volatile bool _isPromising;

    private DeliveryPipeline(DeliveryOptions options, Ledger ledger, Terminal terminal, Stream output, Action<string> log)
    {
        _ledger = ledger;
        _requests = options.Requests;
        _activity = options.Activity;
        var tasks = new List<Task>();
        var receivers = options.Targets;
        Ledger[] ledgers = receivers.Count == 1 ? [ledger] : [.. receivers.Select(receiver => ledger.Branch(receiver.Name))];
        if (options.Spool is not null && receivers.Count > 0)
        {
            _spool = Spool.Open(options.Spool, [.. receivers.Zip(ledgers, (receiver, own) => (receiver.Name, own))], log);
        }
        for (var i = 0; i < receivers.Count; i++)
        {
            var exporter = receivers[i].CreateExporter();
            _exporters.Add(exporter);
            var source = _spool?.Readers[i] ?? (ISpanSource)new MemorySource(Queue(ledgers[i], options.MaxQueueBytes), ledgers[i]);
            var loop = new ExportLoop(options, receivers[i], source, exporter, ledgers[i], log);
            tasks.Add(Task.Run(() => loop.RunAsync(_drain.Token, _stop.Token)));
        }
        _exporting = Task.WhenAll(tasks);

        var printer = CreatePrinter(options, terminal);
        if (printer is not null)
        {
            var answering = options.Targets.Count == 0 ? ledger : null;
            var loop = new PrintLoop(Queue(answering, Math.Min(options.MaxQueueBytes, MaxPrintQueueBytes)), printer, output, answering, log);
            tasks.Add(Task.Run(() => loop.RunAsync(_drain.Token)));
        }

        _work = Task.WhenAll(tasks);
        _takers = new Takers(_queues, _spool);
        _intake = new Intake(_takers, awaitsReceivers: options.Topic is not null, ledger);
        var spans = new ExchangeSpans(new Clock(), new HttpMethods(options.KnownMethods), new ExchangeNotes(options.CapturedHeaders), options.Routes,
            options.Peers);
        Sink = new SpanSink(spans, ledger, options.BatchDelay, Accept);

        BatchQueue Queue(Ledger? answering, long bytes)
        {
            var queue = new BatchQueue(options.MaxQueueSpans, bytes, answering);
            _queues.Add(queue);
            return queue;
        }
    }

    /// <summary>For the event thread only.</summary>
    public SpanSink Sink { get; }

    /// <summary>For spans that others made. Whoever asks for it makes promises: what was accepted goes before what is seen here.</summary>
    public IIntake Intake
    {
        get
        {
            _isPromising = true;
            return _intake;
        }
    }

    /// <summary>Starts the tasks; without endpoint and printer, traces are drawn as trees.</summary>
    public static DeliveryPipeline Start(DeliveryOptions options, Ledger ledger, Action<string> log) =>
        Start(options, ledger, Terminal.Open(), Console.OpenStandardOutput(), log);

    public static DeliveryPipeline Start(
        DeliveryOptions options, Ledger ledger, Terminal terminal, Stream output, Action<string> log) =>
        new(options, ledger, terminal, output, log);

    /// <summary>
    /// Delivers what is open and queued, within <paramref name="limit"/>; the rest stays on disk, or is counted as dropped. The
    /// event thread must have stopped using <see cref="Sink"/>.
    /// </summary>
    public async Task StopAsync(TimeSpan limit)
    {
        _intake.Close();
        Sink.Flush();
        _stop.CancelAfter(limit);
        await _drain.CancelAsync().ConfigureAwait(false);

        // A receiver is left behind at the limit; a terminal that takes nothing cannot be, but need not be waited for.
        var first = await Task.WhenAny(_work, Task.Delay(limit + Grace)).ConfigureAwait(false);
        await first.ConfigureAwait(false);
        if (_exporting.IsCompleted)
        {
            _spool?.Dispose();
        }
    }

    public void Dispose()
    {
        _exporters.ForEach(exporter => exporter.Dispose());
        _queues.ForEach(queue => queue.Dispose());
        _drain.Dispose();
        _stop.Dispose();
    }

    private static ISpanPrinter? CreatePrinter(DeliveryOptions options, Terminal terminal) => options.Printer switch
    {
        TracePrinter.Text => new TextPrinter(TimeZoneInfo.Local),
        TracePrinter.Json => new JsonPrinter(),
        TracePrinter.IndentedJson => new JsonPrinter(isIndented: true),
        TracePrinter.Tree => new TreePrinter(terminal, TimeProvider.System),
        null when options.Targets.Count == 0 => new TreePrinter(terminal, TimeProvider.System),
        _ => null,
    };

    private void Accept(SpanBatch batch)
    {
        if (batch.Resource is { HasScopes: false })
        {
            _requests?.Take(batch.Encoded.Span); // what programs tell of themselves is no request that was seen
        }
        _activity?.Take(batch);
        if (_takers.Any && (!_isPromising || _takers.HasRoom(batch.Capacity, batch.Spans)))
        {
            _takers.Give(batch, isPromised: false);
            return;
        }
        _ledger.Dropped(_takers.Any ? DropReason.QueueFull : DropReason.NoReceiver, batch.Spans);
        batch.Release();
    }
}
