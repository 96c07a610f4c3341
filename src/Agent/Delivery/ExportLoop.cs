// SPDX-License-Identifier: Apache-2.0
// One task that moves spans from the queue to one receiver, in order, one request at a time. A request is tried until the
// receiver has taken it or said no for good; the queue fills up behind it and decides what gives way.
//
// One batch that the receiver refuses must not cost those beside it, so a refused request is tried again in halves, down to
// the single batch. Unless everything is refused alone, too: then it is the receiver that is wrong, or what is told of it.
using Agent.Delivery.Exporters;
using Agent.Delivery.Queues;
using Agent.Diagnostics;

namespace Agent.Delivery;

/// <summary>Sends, tries again, and tells the ledger what became of each span.</summary>
internal sealed class ExportLoop(
    DeliveryOptions options, ReceiverOptions receiver, ISpanSource source, IExporter exporter, Ledger ledger, Action<string> log)
{
    private const int EnoughRefusals = 3;
    private readonly ExportRequest _request = new();
    private string? _lastComplaint;
    private int _refusedAlone;

    /// <summary>
    /// Runs until <paramref name="drain"/> is cancelled and the queue is empty, or until <paramref name="stop"/>
    /// is cancelled.
    /// </summary>
    public async Task RunAsync(CancellationToken drain, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                var isLast = drain.IsCancellationRequested;
                if (source.TryTake(_request, options.MaxRequestSpans, options.MaxRequestBytes))
                {
                    await DeliverAsync(_request, stop).ConfigureAwait(false);
                    _request.Clear();
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
        }
        finally
        {
            source.Abandon();
        }
    }

    private async Task WaitAsync(CancellationToken drain, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        try
        {
            await source.WaitAsync(drain).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            // One more look at the queue, then the end.
        }
    }

    private async Task DeliverAsync(ExportRequest request, CancellationToken stop)
    {
        var delay = new RetryDelay(options.RetryDelay, options.MaxRetryDelay);
        while (true)
        {
            var result = await exporter.SendAsync(request, stop).ConfigureAwait(false);
            Complain(result);
            switch (result.Outcome)
            {
                case SendOutcome.Accepted:
                    var rejected = Math.Clamp(result.RejectedSpans, 0, request.Spans);
                    ledger.Exported(request.Spans - rejected);
                    ledger.Dropped(DropReason.Rejected, rejected);
                    source.Settle(request.Entries.Count);
                    _refusedAlone = 0;
                    return;
                case SendOutcome.Refused when request.Entries.Count > 1 && _refusedAlone < EnoughRefusals:
                    foreach (var half in request.Halves())
                    {
                        await DeliverAsync(half, stop).ConfigureAwait(false);
                    }
                    return;
                case SendOutcome.Refused:
                    Refuse(request);
                    return;
                default:
                    await Task.Delay(delay.Next(result.RetryAfter), stop).ConfigureAwait(false);
                    break;
            }
        }
    }

    private void Refuse(ExportRequest request)
    {
        _refusedAlone++;
        ledger.Dropped(DropReason.Rejected, request.Spans);
        if (!source.TrySetAside(request.Entries))
        {
            ledger.NotSetAside(request.Spans);
        }
        source.Settle(request.Entries.Count);
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
