// SPDX-License-Identifier: Apache-2.0
// From the batches of one request to messages of one trace each. That the trace id is the key means that all spans of a trace are in
// one partition, whoever wrote them, so that one consumer sees the whole of it; and a message can have only one key. What is
// repeated for it, resource and scope, is what compression is best at.
//
// Only places are kept; a message is written when it is to be sent, so that many traces of a long resource take no memory.
using System.Buffers.Binary;
using System.Globalization;
using Agent.Delivery.Exporters;
using Agent.Otlp;

namespace Agent.Delivery.Kafka;

/// <summary>Spans of one request by trace, as messages of at most so many bytes. Used again and again, by one thread.</summary>
internal sealed class TraceMessages
{
    internal const int KeySize = 32;

    private readonly List<Container> _resources = [];
    private readonly List<Container> _scopes = [];
    private readonly List<Place> _spans = [];
    private readonly List<TraceMessage> _messages = [];
    private IReadOnlyList<ReadOnlyMemory<byte>> _entries = [];
    private byte[] _bytes = new byte[4096];
    private int _size;

    /// <summary>What is to be sent. State is the caller's.</summary>
    internal List<TraceMessage> Messages => _messages;

    /// <summary>Begins with the spans of a request, whose bytes must stay as they are.</summary>
    internal void Read(ExportRequest request, int maxBytes)
    {
        Clear();
        _entries = request.Entries;
        for (var i = 0; i < _entries.Count; i++)
        {
            ReadEntry(i, _entries[i].Span);
        }
        _spans.Sort();
        Divide(0, _spans.Count, maxBytes);
    }

    /// <summary>Forgets the request.</summary>
    internal void Clear()
    {
        _entries = [];
        _resources.Clear();
        _scopes.Clear();
        _spans.Clear();
        _messages.Clear();
    }

    /// <summary>Divides what has not arrived again, smaller.</summary>
    internal void Divide(int maxBytes)
    {
        var all = _messages.ToArray();
        _messages.Clear();
        foreach (var message in all)
        {
            if (message.State == TraceMessageState.Waiting)
            {
                Divide(message.First, message.End, maxBytes);
            }
            else
            {
                _messages.Add(message);
            }
        }
    }

    /// <summary>The message, an ExportTraceServiceRequest, until the next call.</summary>
    internal ReadOnlySpan<byte> Write(TraceMessage message)
    {
        if (_bytes.Length < message.Bytes)
        {
            _bytes = new byte[Math.Max(message.Bytes, _bytes.Length * 2)];
        }
        _size = 0;
        for (var first = message.First; first < message.End;)
        {
            var resource = _scopes[_spans[first].Scope].Parent;
            var end = EndOf(first, message.End, resource);
            WriteResource(resource, first, end);
            first = end;
        }
        return _bytes.AsSpan(0, _size);
    }

    /// <summary>The trace id in hexadecimal digits, as other writers of such topics have it.</summary>
    internal void WriteKey(TraceMessage message, Span<byte> key)
    {
        _spans[message.First].High.TryFormat(key, out _, "x16", CultureInfo.InvariantCulture);
        _spans[message.First].Low.TryFormat(key[(KeySize / 2)..], out _, "x16", CultureInfo.InvariantCulture);
    }

    private void ReadEntry(int index, ReadOnlySpan<byte> entry)
    {
        var request = new ProtobufReader(entry);
        while (request.Next())
        {
            if (request.Field != ExportTraceServiceRequestFields.ResourceSpans || request.Wire != ProtobufReader.BytesWire)
            {
                continue;
            }
            var end = entry.Length - request.Rest;
            ReadResource(index, end - request.Bytes.Length, request.Bytes);
        }
    }

    private void ReadResource(int entry, int start, ReadOnlySpan<byte> bytes)
    {
        var resource = new ProtobufReader(bytes);
        var (number, other) = (_resources.Count, 0);
        _resources.Add(default);
        while (resource.Next())
        {
            if (resource.Field == ResourceSpansFields.ScopeSpans && resource.Wire == ProtobufReader.BytesWire)
            {
                var end = start + bytes.Length - resource.Rest;
                ReadScope(entry, number, end - resource.Bytes.Length, resource.Bytes);
            }
            else
            {
                other += resource.Raw.Length;
            }
        }
        _resources[number] = new Container(entry, start, bytes.Length, other);
    }

    private void ReadScope(int entry, int resource, int start, ReadOnlySpan<byte> bytes)
    {
        var scope = new ProtobufReader(bytes);
        var (number, other) = (_scopes.Count, 0);
        _scopes.Add(default);
        while (scope.Next())
        {
            if (scope.Field == ScopeSpansFields.Spans && scope.Wire == ProtobufReader.BytesWire)
            {
                var end = start + bytes.Length - scope.Rest;
                var (high, low) = TraceOf(scope.Bytes);
                _spans.Add(new Place(high, low, _spans.Count, number, end - scope.Raw.Length, scope.Raw.Length));
            }
            else
            {
                other += scope.Raw.Length;
            }
        }
        _scopes[number] = new Container(resource, start, bytes.Length, other) { Entry = entry };
    }

    private static (ulong High, ulong Low) TraceOf(ReadOnlySpan<byte> span)
    {
        var fields = new ProtobufReader(span);
        while (fields.Next())
        {
            if (fields.Field == SpanFields.TraceId && fields.Bytes.Length == KeySize / 2)
            {
                return (BinaryPrimitives.ReadUInt64BigEndian(fields.Bytes), BinaryPrimitives.ReadUInt64BigEndian(fields.Bytes[sizeof(ulong)..]));
            }
        }
        return default;
    }

    // As many spans of one trace as fit; one at least.
    private void Divide(int first, int end, int maxBytes)
    {
        while (first < end)
        {
            var (next, bytes) = (first + 1, SizeOf(first, first + 1));
            while (next < end && _spans[next].IsOfTraceOf(_spans[first]))
            {
                var larger = bytes + GrowthBy(next);
                if (larger > maxBytes)
                {
                    break;
                }
                (next, bytes) = (next + 1, larger);
            }
            _messages.Add(new TraceMessage(first, next, SizeOf(first, next)));
            first = next;
        }
    }

    // At most: lengths may need a byte more than before.
    private int GrowthBy(int span)
    {
        const int lengths = 8;
        var (scope, before) = (_spans[span].Scope, _spans[span - 1].Scope);
        var growth = _spans[span].Length + lengths;
        if (scope != before)
        {
            growth += _scopes[scope].Other + lengths;
            growth += _scopes[scope].Parent != _scopes[before].Parent ? _resources[_scopes[scope].Parent].Other + lengths : 0;
        }
        return growth;
    }

    private int SizeOf(int first, int end)
    {
        var size = 0;
        while (first < end)
        {
            var resource = _scopes[_spans[first].Scope].Parent;
            var next = EndOf(first, end, resource);
            size += Nested(ResourceSize(resource, first, next));
            first = next;
        }
        return size;
    }

    private int ResourceSize(int resource, int first, int end)
    {
        var size = _resources[resource].Other;
        while (first < end)
        {
            var next = EndOfScope(first, end);
            size += Nested(ScopeSize(first, next));
            first = next;
        }
        return size;
    }

    private int ScopeSize(int first, int end)
    {
        var size = _scopes[_spans[first].Scope].Other;
        for (var i = first; i < end; i++)
        {
            size += _spans[i].Length;
        }
        return size;
    }

    private int EndOf(int first, int end, int resource)
    {
        while (first < end && _scopes[_spans[first].Scope].Parent == resource)
        {
            first++;
        }
        return first;
    }

    private int EndOfScope(int first, int end)
    {
        var scope = _spans[first].Scope;
        while (first < end && _spans[first].Scope == scope)
        {
            first++;
        }
        return first;
    }

    private void WriteResource(int number, int first, int end)
    {
        var resource = _resources[number];
        Begin(ExportTraceServiceRequestFields.ResourceSpans, ResourceSize(number, first, end));
        CopyOther(Of(resource.Parent, resource), ResourceSpansFields.ScopeSpans);
        while (first < end)
        {
            var next = EndOfScope(first, end);
            var scope = _scopes[_spans[first].Scope];
            Begin(ResourceSpansFields.ScopeSpans, ScopeSize(first, next));
            CopyOther(Of(scope.Entry, scope), ScopeSpansFields.Spans);
            for (; first < next; first++)
            {
                Copy(_entries[scope.Entry].Span.Slice(_spans[first].Start, _spans[first].Length));
            }
        }
    }

    private ReadOnlySpan<byte> Of(int entry, Container container) => _entries[entry].Span.Slice(container.Start, container.Length);

    private void CopyOther(ReadOnlySpan<byte> message, int besides)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field != besides || fields.Wire != ProtobufReader.BytesWire)
            {
                Copy(fields.Raw);
            }
        }
    }

    private void Copy(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_size));
        _size += bytes.Length;
    }

    private void Begin(int field, int length)
    {
        _bytes[_size++] = (byte)((field << 3) | ProtobufReader.BytesWire);
        for (; length >= 0x80; length >>= 7)
        {
            _bytes[_size++] = (byte)(length | 0x80);
        }
        _bytes[_size++] = (byte)length;
    }

    // With tag and length; the fields of all three messages have small numbers.
    private static int Nested(int length)
    {
        var size = length + 2;
        for (var rest = length; rest >= 0x80; rest >>= 7)
        {
            size++;
        }
        return size;
    }

    /// <param name="Parent">Of a resource its entry, of a scope its resource.</param>
    /// <param name="Other">Bytes of what is not a span, or holds some.</param>
    private readonly record struct Container(int Parent, int Start, int Length, int Other)
    {
        internal int Entry { get; init; }
    }

    private readonly record struct Place(ulong High, ulong Low, int Order, int Scope, int Start, int Length) : IComparable<Place>
    {
        public int CompareTo(Place other)
        {
            var order = High.CompareTo(other.High);
            order = order != 0 ? order : Low.CompareTo(other.Low);
            return order != 0 ? order : Order.CompareTo(other.Order);
        }

        internal bool IsOfTraceOf(in Place other) => High == other.High && Low == other.Low;
    }
}
