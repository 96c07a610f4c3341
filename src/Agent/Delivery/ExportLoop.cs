// SPDX-License-Identifier: Apache-2.0
// One task that moves batches from the queue to the receiver, in order, one request at a time. While a request is
// retried its spans stay in flight and the queue fills up behind it; the queue decides what gives way.
using Agent.Delivery.Exporters;
using Agent.Diagnostics;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Sends, retries, and tells the ledger what became of each span.</summary>
internal sealed class ExportLoop(
    DeliveryOptions options, ReceiverOptions receiver, BatchQueue queue, IExporter exporter, Ledger ledger, Action<string> log)
{
    private readonly List<SpanBatch> _request = [];
    private readonly ExportRequest _export = new();
    private string? _lastComplaint;

    /// <summary>
    /// Runs until <paramref name="drain"/> is cancelled and the queue is empty, or until <paramref name="stop"/>
    /// is cancelled; what is left then is counted as dropped.
    /// </summary>
    public async Task RunAsync(CancellationToken drain, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var isLast = drain.IsCancellationRequested;
                queue.Take(_request, options.MaxRequestSpans, options.MaxRequestBytes);
                if (_request.Count > 0)
                {
                    await DeliverAsync(stop).ConfigureAwait(false);
                }
                else if (isLast)
                {
                    return;
                }
                else
                {
                    await WaitAsync(drain, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            GiveUp();
        }
    }

    private async Task WaitAsync(CancellationToken drain, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            await queue.WaitAsync(Timeout.InfiniteTimeSpan, drain).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // One more look at the queue, then the end.
        }
    }

    private async Task DeliverAsync(CancellationToken stop)
    {
        _export.Clear();
        _request.ForEach(batch => _export.Add(batch.Encoded, batch.Spans));
        var spans = _export.Spans;
        var started = Environment.TickCount64;
        var delay = new RetryDelay(options.RetryDelay, options.MaxRetryDelay);
        while (true)
        {
            var result = await exporter.SendAsync(_export, stop).ConfigureAwait(false);
            Complain(result);
            if (result.Outcome != SendOutcome.TryAgain)
            {
                Settle(result, spans);
                return;
            }

            var wait = delay.Next(result.RetryAfter);
            if (Environment.TickCount64 - started + wait.TotalMilliseconds > options.RetryLimit.TotalMilliseconds)
            {
                ledger.Dropped(DropReason.Undelivered, spans);
                ReleaseRequest();
                return;
            }

            await Task.Delay(wait, stop).ConfigureAwait(false);
        }
    }

    private void Settle(SendResult result, long spans)
    {
        var rejected = result.Outcome == SendOutcome.Refused ? spans : Math.Clamp(result.RejectedSpans, 0, spans);
        ledger.Exported(spans - rejected);
        ledger.Dropped(DropReason.Rejected, rejected);
        ReleaseRequest();
    }

    private void GiveUp()
    {
        do
        {
            ledger.Dropped(DropReason.Shutdown, _request.Sum(batch => (long)batch.Spans));
            ReleaseRequest();
            queue.Take(_request, int.MaxValue, int.MaxValue);
        }
        while (_request.Count > 0);
    }

    private void ReleaseRequest()
    {
        foreach (var batch in _request)
        {
            batch.Release();
        }

        _request.Clear();
    }

    /// <summary>The same trouble is reported once, and once more when it is over.</summary>
    private void Complain(SendResult result)
    {
        if (result.Outcome == SendOutcome.Accepted && result.Message is null && _lastComplaint is not null)
        {
            log($"export: {receiver.Endpoint} accepts spans again");
        }
        else if (result.Message is not null && result.Message != _lastComplaint)
        {
            log($"export: {receiver.Endpoint}: {result.Message}");
        }

        _lastComplaint = result.Message;
    }
}
