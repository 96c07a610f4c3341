// SPDX-License-Identifier: Apache-2.0
// Two rings, allocated once: one of bytes (event and heads, as the kernel gave them), one of what is known of each. The oldest
// give way. Entries of a trace are linked from the newest to the oldest.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Contract;
using Agent.Tracing;

namespace Agent.Events;

/// <summary>The last exchanges of traces that are not sampled, by trace. Used by one thread.</summary>
/// <param name="bytes">Memory for events and heads.</param>
/// <param name="ageNs">Older ones are forgotten.</param>
internal sealed class HeldExchanges(int bytes, ulong ageNs)
{
    private const int LeastSize = 512;
    private const long None = -1;
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(bytes);
    private readonly Entry[] _entries = new Entry[bytes / LeastSize];
    private readonly Dictionary<Bytes16, long> _newest = new(ByTraceId.Instance);
    private readonly List<long> _found = [];
    private long _first;
    private long _end;
    private long _bytesFirst;
    private long _bytesEnd;

    /// <summary>Whom a held exchange is given back to.</summary>
    internal delegate void Receiver(SpanResource resource, in ExchangeEvent exchange, ReadOnlySpan<byte> heads);

    internal long Count => _end - _first;

    internal void Add(SpanResource resource, in ExchangeEvent exchange, ReadOnlySpan<byte> heads)
    {
        var size = Unsafe.SizeOf<ExchangeEvent>() + heads.Length;
        if (size > _bytes.Length)
        {
            return;
        }
        while (Count > 0 && EntryAt(_first).EndNs + ageNs < exchange.EndNs)
        {
            ForgetOldest();
        }

        // An entry does not go around the end.
        var at = _bytesEnd % _bytes.Length;
        var begin = at + size > _bytes.Length ? _bytesEnd + _bytes.Length - at : _bytesEnd;
        while (Count > 0 && (Count == _entries.Length || begin + size - _bytesFirst > _bytes.Length))
        {
            ForgetOldest();
        }
        (_bytesFirst, _bytesEnd) = (Count == 0 ? begin : _bytesFirst, begin + size);

        var place = _bytes.AsSpan((int)(begin % _bytes.Length), size);
        MemoryMarshal.Write(place, exchange);
        heads.CopyTo(place[Unsafe.SizeOf<ExchangeEvent>()..]);
        var older = _newest.GetValueOrDefault(exchange.Span.TraceId, None);
        EntryAt(_end) = new Entry(resource, exchange.Span.TraceId, begin, size, exchange.EndNs, older);
        _newest[exchange.Span.TraceId] = _end++;
    }

    /// <summary>Gives back what is held of a trace, the oldest first, and holds it no more. Returns how many.</summary>
    internal int Release(in Bytes16 trace, Receiver receiver)
    {
        if (!_newest.Remove(trace, out var newest))
        {
            return 0;
        }
        for (var i = newest; i >= _first; i = EntryAt(i).Older)
        {
            _found.Add(i);
        }
        for (var i = _found.Count - 1; i >= 0; i--)
        {
            ref readonly var entry = ref EntryAt(_found[i]);
            var held = _bytes.AsSpan((int)(entry.Begin % _bytes.Length), entry.Size);
            receiver(entry.Resource, MemoryMarshal.Read<ExchangeEvent>(held), held[Unsafe.SizeOf<ExchangeEvent>()..]);
        }
        var count = _found.Count;
        _found.Clear();
        return count;
    }

    private ref Entry EntryAt(long index) => ref _entries[index % _entries.Length];

    private void ForgetOldest()
    {
        ref var entry = ref EntryAt(_first);
        if (_newest.TryGetValue(entry.Trace, out var newest) && newest == _first)
        {
            _newest.Remove(entry.Trace);
        }
        entry = default;
        _first++;
        _bytesFirst = Count == 0 ? _bytesEnd : EntryAt(_first).Begin;
    }

    private readonly record struct Entry(SpanResource Resource, Bytes16 Trace, long Begin, int Size, ulong EndNs, long Older);
}
