// SPDX-License-Identifier: Apache-2.0
// Anybody may write into a topic. Receivers refuse a request as a whole, so what they could not read must not get into it. It is
// counted and passed over, and put aside first if there is a folder for it: a group that has passed it never reads it again.
using System.Globalization;
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using Agent.Ingest.Formats;
using Agent.Otlp;

namespace Agent.Delivery.Kafka;

/// <summary>What can be sent of the messages of a topic, to one receiver.</summary>
internal sealed class MessageCheck(KafkaOptions options, string receiver, Ledger ledger, Action<string> log)
{
    private readonly RefusedFiles? _refused = options.Refused is { } folder ? new RefusedFiles(folder, log) : null;
    private MessagePiece _piece = new(MessagePiece.Size);
    private long _unreadable;

    /// <summary>Messages that were no spans.</summary>
    internal long Unreadable => Interlocked.Read(ref _unreadable);

    /// <summary>A copy, of what is whole.</summary>
    internal TopicMessage Check(int partition, long offset, ReadOnlySpan<byte> value)
    {
        var verdict = OtlpCheck.Check(value);
        if (verdict.Error is not null)
        {
            Pass(partition, offset, value, verdict.Error);
        }
        else if (verdict.Rejected > 0)
        {
            ledger.Received(verdict.Rejected);
            ledger.Dropped(DropReason.Malformed, verdict.Rejected);
        }
        if (verdict.Error is not null || verdict.Spans == 0)
        {
            return new TopicMessage(partition, offset, null, default, 0);
        }
        var room = MakeRoom(verdict.IsWhole ? value.Length : OtlpRepair.SizeFor(value.Length, verdict));
        var length = value.Length;
        if (verdict.IsWhole)
        {
            value.CopyTo(room);
        }
        else
        {
            var writer = new ProtobufWriter(room);
            OtlpRepair.Write(value, ref writer);
            length = writer.Position;
        }
        return new TopicMessage(partition, offset, _piece, _piece.Keep(length), verdict.Spans);
    }

    /// <summary>The receiver has refused it alone; the ledger knows.</summary>
    internal bool TrySetAside(IReadOnlyList<ReadOnlyMemory<byte>> entries) => _refused?.TryAdd(entries) ?? true;

    private Span<byte> MakeRoom(int size)
    {
        if (_piece.Free.Length < size)
        {
            _piece.Release();
            _piece = new MessagePiece(Math.Max(size, MessagePiece.Size));
        }
        return _piece.Free.Span;
    }

    private void Pass(int partition, long offset, ReadOnlySpan<byte> value, string error)
    {
        Interlocked.Increment(ref _unreadable);
        var name = string.Create(CultureInfo.InvariantCulture, $"{receiver}-{options.Topic}-{partition}-{offset}.message");
        var end = _refused is null ? "passed over" : _refused.TryAdd(name, [value.ToArray()]) ? $"in {options.Refused}/{name}" : $"passed over, {options.Refused} does not take it";
        log($"{options.Topic}, partition {partition}, offset {offset}: {error}; it is {end}");
    }
}
