// SPDX-License-Identifier: Apache-2.0
// Room is what decides, and it is asked of the receiver that is furthest ahead: while one takes spans, others that are away do not
// hold it up; what they lack makes room, counted. So with one receiver, or when all are away, nothing that was accepted is
// given up for something newer: the sender is told to keep it.
using Agent.Diagnostics;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Puts spans that others made into the queue.</summary>
/// <param name="awaitsReceivers">The spans are safe where they go, not here: answer when they are there.</param>
internal sealed class Intake(Takers takers, bool awaitsReceivers, Ledger ledger) : IIntake
{
    /// <summary>Senders give up after about ten seconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int BatchBytes = 64 * 1024;
    private readonly SpanBatchPool _pool = new();
    private readonly Lock _offering = new();
    private volatile bool _closed;

    public async ValueTask<IntakeAnswer> OfferAsync(ReadOnlyMemory<byte> resourceSpans, int spans, CancellationToken cancel)
    {
        var safe = Queue(resourceSpans, spans);
        if (safe is null)
        {
            return _closed ? IntakeAnswer.Closing : IntakeAnswer.Full;
        }
        try
        {
            await safe.WaitAsync(Patience, cancel).ConfigureAwait(false);
            return await safe.ConfigureAwait(false) ? IntakeAnswer.Accepted : _closed ? IntakeAnswer.Closing : IntakeAnswer.Full;
        }
        catch (TimeoutException)
        {
            return IntakeAnswer.Full;
        }
    }

    /// <summary>From now on everything is answered with <see cref="IntakeAnswer.Closing"/>.</summary>
    internal void Close()
    {
        lock (_offering)
        {
            _closed = true;
        }
    }

    // Null: not taken. All or nothing, so that a sender that tries again sends nothing twice.
    private Task<bool>? Queue(ReadOnlyMemory<byte> resourceSpans, int spans)
    {
        lock (_offering)
        {
            if (_closed || !takers.HasRoom(resourceSpans.Length, spans))
            {
                return null;
            }
            ledger.Received(spans);
            var safe = new List<Task<bool>>();
            foreach (var batch in Split(resourceSpans, spans))
            {
                if (awaitsReceivers)
                {
                    safe.Add(batch.WhenSettled());
                }
                if (takers.Give(batch, isPromised: true) is { } kept)
                {
                    safe.Add(kept);
                }
            }
            return AllAsync(safe);
        }
    }

    // Batches are what requests are made of, and what is refused or evicted together: not too large.
    private IEnumerable<SpanBatch> Split(ReadOnlyMemory<byte> resourceSpans, int spans)
    {
        if (resourceSpans.Length <= BatchBytes)
        {
            yield return _pool.Adopt(resourceSpans.Span, spans);
            yield break;
        }
        for (var begin = 0; begin < resourceSpans.Length;)
        {
            var size = PieceOf(resourceSpans.Span[begin..], out var held);
            if (held > 0)
            {
                yield return _pool.Adopt(resourceSpans.Span.Slice(begin, size), held);
            }
            begin += size;
        }
    }

    // Whole entries, one at least.
    private static int PieceOf(ReadOnlySpan<byte> entries, out int spans)
    {
        var reader = new ProtobufReader(entries);
        (var size, spans) = (0, 0);
        while (reader.Next())
        {
            var end = entries.Length - reader.Rest;
            if (size > 0 && end > BatchBytes)
            {
                return size;
            }
            spans += SpanCount.OfResource(reader.Bytes);
            size = end;
        }
        return size;
    }

    private static async Task<bool> AllAsync(List<Task<bool>> tasks)
    {
        var all = true;
        foreach (var task in tasks)
        {
            all &= await task.ConfigureAwait(false);
        }
        return all;
    }
}
