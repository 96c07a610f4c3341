// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>
/// One task that takes batches from its own queue and prints their spans: a terminal that stands still must hold up
/// neither the event thread nor the receiver.
/// </summary>
/// <param name="ledger">Told that shown spans are exported; null when a receiver answers for them.</param>
internal sealed class PrintLoop(
    BatchQueue queue, ISpanPrinter printer, Stream output, Ledger? ledger, Action<string> log)
{
    private static readonly TimeSpan FramePeriod = TimeSpan.FromMilliseconds(100);

    private readonly StringBuilder _text = new();
    private readonly List<SpanBatch> _batches = [];
    private long _counted;
    private bool _isClosed;

    /// <summary>Runs until <paramref name="drain"/> is cancelled, then prints what is left.</summary>
    public async Task RunAsync(CancellationToken drain)
    {
        while (!drain.IsCancellationRequested)
        {
            try
            {
                await queue.WaitAsync(printer.IsWaiting ? FramePeriod : Timeout.InfiniteTimeSpan, drain)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                break;
            }

            await PrintAsync(isLast: false).ConfigureAwait(false);
        }

        await PrintAsync(isLast: true).ConfigureAwait(false);
    }

    private async Task PrintAsync(bool isLast)
    {
        queue.Take(_batches, int.MaxValue, int.MaxValue);
        foreach (var batch in _batches)
        {
            var spans = new SpanReader(batch.Encoded.Span);
            while (spans.Next())
            {
                printer.Add(spans.Current, _text);
            }

            batch.Release();
        }

        _batches.Clear();
        printer.Advance(isLast, _text);
        await WriteAsync().ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        if (_text.Length > 0 && !_isClosed)
        {
            try
            {
                await output.WriteAsync(Encoding.UTF8.GetBytes(_text.ToString())).ConfigureAwait(false);
                await output.FlushAsync().ConfigureAwait(false);
            }
            catch (IOException e)
            {
                _isClosed = true;
                log($"print: standard output is gone ({e.Message}); spans are dropped");
            }
        }

        _text.Clear();
        var shown = printer.Shown - _counted;
        _counted = printer.Shown;
        if (_isClosed)
        {
            ledger?.Dropped(DropReason.Undelivered, shown);
        }
        else
        {
            ledger?.Exported(shown);
        }
    }
}
