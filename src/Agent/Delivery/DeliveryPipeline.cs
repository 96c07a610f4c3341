// SPDX-License-Identifier: Apache-2.0
// Puts the parts of this folder together:
//
//   event thread → SpanSink → sealed batch ┬→ BatchQueue → ExportLoop → OtlpHttpExporter
//                                          └→ BatchQueue → PrintLoop  → printer → standard output
//
// Exactly one branch answers to the ledger: the receiver when there is one, else the printer.
using Agent.Delivery.Exporters;
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
    private readonly IExporter? _exporter;
    private readonly BatchQueue? _exportQueue;
    private readonly BatchQueue? _printQueue;
    private readonly Task _work;
    private readonly Ledger _ledger;

    private DeliveryPipeline(DeliveryOptions options, Ledger ledger, Terminal terminal, Stream output, Action<string> log)
    {
        _ledger = ledger;
        var tasks = new List<Task>();
        if (options.Receivers is [var receiver, ..])
        {
            _exporter = receiver.CreateExporter();
            _exportQueue = new BatchQueue(options.MaxQueueSpans, options.MaxQueueBytes, ledger);
            var loop = new ExportLoop(options, receiver, _exportQueue, _exporter, ledger, log);
            tasks.Add(Task.Run(() => loop.RunAsync(_drain.Token, _stop.Token)));
        }

        var printer = CreatePrinter(options, terminal);
        if (printer is not null)
        {
            var answering = options.Receivers.Count == 0 ? ledger : null;
            _printQueue = new BatchQueue(
                options.MaxQueueSpans, Math.Min(options.MaxQueueBytes, MaxPrintQueueBytes), answering);
            var loop = new PrintLoop(_printQueue, printer, output, answering, log);
            tasks.Add(Task.Run(() => loop.RunAsync(_drain.Token)));
        }

        _work = Task.WhenAll(tasks);
        var spans = new ExchangeSpans(new Clock(), new HttpMethods(options.KnownMethods), new ExchangeNotes(options.CapturedHeaders));
        Sink = new SpanSink(spans, ledger, options.BatchDelay, Accept);
    }

    /// <summary>For the event thread only.</summary>
    public SpanSink Sink { get; }

    /// <summary>Starts the tasks; without endpoint and printer, traces are drawn as trees.</summary>
    public static DeliveryPipeline Start(DeliveryOptions options, Ledger ledger, Action<string> log) =>
        Start(options, ledger, Terminal.Open(), Console.OpenStandardOutput(), log);

    public static DeliveryPipeline Start(
        DeliveryOptions options, Ledger ledger, Terminal terminal, Stream output, Action<string> log) =>
        new(options, ledger, terminal, output, log);

    /// <summary>
    /// Delivers what is open and queued, within <paramref name="limit"/>; the rest is counted as dropped. The event
    /// thread must have stopped using <see cref="Sink"/>.
    /// </summary>
    public async Task StopAsync(TimeSpan limit)
    {
        Sink.Flush();
        _stop.CancelAfter(limit);
        await _drain.CancelAsync().ConfigureAwait(false);

        // A receiver is left behind at the limit; a terminal that takes nothing cannot be, but need not be waited for.
        var first = await Task.WhenAny(_work, Task.Delay(limit + Grace)).ConfigureAwait(false);
        await first.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _exporter?.Dispose();
        _exportQueue?.Dispose();
        _printQueue?.Dispose();
        _drain.Dispose();
        _stop.Dispose();
    }

    private static ISpanPrinter? CreatePrinter(DeliveryOptions options, Terminal terminal) => options.Printer switch
    {
        TracePrinter.Text => new TextPrinter(TimeZoneInfo.Local),
        TracePrinter.Json => new JsonPrinter(),
        TracePrinter.Tree => new TreePrinter(terminal, TimeProvider.System),
        null when options.Receivers.Count == 0 => new TreePrinter(terminal, TimeProvider.System),
        _ => null,
    };

    private void Accept(SpanBatch batch)
    {
        if (_exportQueue is not null && _printQueue is not null)
        {
            batch.AddReference();
        }

        if (_exportQueue is null && _printQueue is null)
        {
            _ledger.Dropped(DropReason.NoReceiver, batch.Spans);
            batch.Release();
        }

        _exportQueue?.Enqueue(batch);
        _printQueue?.Enqueue(batch);
    }
}
