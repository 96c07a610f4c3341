// SPDX-License-Identifier: Apache-2.0
// Most texts come in one piece. One whose rest does not come, because the ring was full, or that is pushed aside by others, is
// counted as lost here: the kernel side counted its first piece as given.
using System.Buffers;
using System.Text.Json;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Ingest.Formats;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Events;

/// <summary>Spans that programs make themselves: put together, converted and given to the sink. Used by the event thread.</summary>
internal sealed class OwnSpans(SpanSink sink, Ledger ledger)
{
    private const int MostBegun = 32; // 8 MiB of the longest
    private const long PatienceMs = 1000;
    private const int LeastRoom = 1024;
    private readonly List<Begun> _begun = [];

    internal void Begin(SpanResource resource, in OwnSpanEvent e, ReadOnlySpan<byte> text)
    {
        if (e.PieceSize > (uint)text.Length || e.PieceSize > e.Size || e.Size > Constants.OwnSpanMax)
        {
            ledger.Dropped(DropReason.Malformed);
            return;
        }
        text = text[..(int)e.PieceSize];
        if (e.PieceSize == e.Size)
        {
            Write(resource, e, text);
            return;
        }
        if (_begun.Count == MostBegun)
        {
            Lose(0);
        }
        var begun = new Begun(resource, e, ArrayPool<byte>.Shared.Rent((int)e.Size), Environment.TickCount64);
        text.CopyTo(begun.Text);
        begun.Size = text.Length;
        _begun.Add(begun);
    }

    internal void Continue(in OwnSpanEvent e, ReadOnlySpan<byte> text)
    {
        var index = Find(e);
        if (index < 0)
        {
            return; // it was counted when it was given up
        }
        var begun = _begun[index];
        var room = (int)begun.Event.Size - begun.Size;
        if (e.PieceAt != (uint)begun.Size || e.PieceSize > (uint)text.Length || e.PieceSize > (uint)room)
        {
            Lose(index);
            return;
        }
        text[..(int)e.PieceSize].CopyTo(begun.Text.AsSpan(begun.Size));
        begun.Size += (int)e.PieceSize;
        if (begun.Size == (int)begun.Event.Size)
        {
            _begun.RemoveAt(index);
            Write(begun.Resource, begun.Event, begun.Text.AsSpan(0, begun.Size));
            ArrayPool<byte>.Shared.Return(begun.Text);
        }
    }

    /// <summary>Gives up what has waited too long for its rest.</summary>
    internal void Tick()
    {
        while (_begun.Count > 0 && Environment.TickCount64 - _begun[0].At > PatienceMs)
        {
            Lose(0);
        }
    }

    /// <summary>Nothing more will come.</summary>
    internal void End()
    {
        while (_begun.Count > 0)
        {
            Lose(0);
        }
    }

    private int Find(in OwnSpanEvent e)
    {
        for (var index = 0; index < _begun.Count; index++)
        {
            if (_begun[index].Event.Span.SpanId.AsSpan().SequenceEqual(e.Span.SpanId.AsSpan()))
            {
                return index;
            }
        }
        return -1;
    }

    private void Lose(int index)
    {
        ArrayPool<byte>.Shared.Return(_begun[index].Text);
        _begun.RemoveAt(index);
        ledger.Dropped(DropReason.RingFull);
    }

    private void Write(SpanResource resource, in OwnSpanEvent e, ReadOnlySpan<byte> text)
    {
        for (var size = LeastRoom + text.Length; ; size *= 2)
        {
            var room = ArrayPool<byte>.Shared.Rent(2 * size);
            try
            {
                var request = new ProtobufWriter(room.AsSpan(0, room.Length / 2));
                var entry = new ProtobufWriter(room.AsSpan(room.Length / 2));
                OtlpJsonReader.Convert(text, ref request);
                if (request.Overflowed)
                {
                    continue;
                }
                if (!OwnSpanRewriter.TryWrite(request.Written, e, ref entry))
                {
                    ledger.Dropped(DropReason.Malformed);
                    return;
                }
                if (!entry.Overflowed)
                {
                    sink.Write(resource, entry.Written);
                    return;
                }
            }
            catch (Exception malformed) when (malformed is IngestException or JsonException)
            {
                ledger.Dropped(DropReason.Malformed);
                return;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(room);
            }
        }
    }

    private sealed class Begun(SpanResource resource, OwnSpanEvent e, byte[] text, long at)
    {
        internal readonly OwnSpanEvent Event = e;

        internal SpanResource Resource => resource;

        internal byte[] Text => text;

        internal long At => at;

        internal int Size { get; set; }
    }
}
