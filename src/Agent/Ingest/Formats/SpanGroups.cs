// SPDX-License-Identifier: Apache-2.0
// Other formats say with each span who recorded it; OTLP says it once for many. Spans are encoded as they come, one behind the
// other, and copied together in the end.
using System.Runtime.InteropServices;
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Spans of one request by resource and instrumentation scope.</summary>
/// <param name="spans">Holds them until <see cref="TryWrite"/>; belongs to the caller.</param>
internal sealed class SpanGroups(IngestBuffer spans)
{
    private const int FirstRoom = 1024;
    private const int MaxGroups = 1000; // names are kept as objects, which no limit counts
    private const int RoomForLengths = 32;

    private readonly List<(byte[] Resource, byte[] Scope)> _groups = [];
    private readonly Dictionary<(string, string), int> _byName = [];
    private readonly List<(int Group, int Start, int Size)> _spans = [];

    public int Count => _spans.Count;

    /// <param name="name">Of the group: spans of the same names share <paramref name="describe"/>'s answer.</param>
    /// <param name="describe">Encoded Resource and InstrumentationScope messages; asked once.</param>
    /// <param name="source">Passed to <paramref name="encode"/>.</param>
    /// <returns>False when there is no memory for it.</returns>
    public bool TryAdd((string Resource, string Scope) name, Func<(byte[] Resource, byte[] Scope)> describe, ReadOnlySpan<byte> source, EncodeSpan encode)
    {
        for (var room = FirstRoom; ; room *= 2)
        {
            if (!spans.TryReserve(room))
            {
                return false;
            }

            var writer = new ProtobufWriter(spans.Free);
            encode(source, ref writer);
            if (!writer.Overflowed)
            {
                _spans.Add((Group(name, describe), spans.Size, writer.Position));
                spans.Advance(writer.Position);
                return true;
            }

            room = Math.Max(room, spans.Free.Length);
        }
    }

    /// <summary>Writes all of them as <c>resource_spans</c>; false when there is no memory for it.</summary>
    public bool TryWrite(IngestBuffer request)
    {
        var size = spans.Size + (RoomForLengths * (_spans.Count + _groups.Count)) + _groups.Sum(group => group.Resource.Length + group.Scope.Length);
        if (!request.TryReserve(size))
        {
            return false;
        }

        _spans.Sort();
        var writer = new ProtobufWriter(request.Free);
        for (var i = 0; i < _spans.Count;)
        {
            i = WriteGroup(i, ref writer);
        }

        request.Advance(writer.Position);
        return !writer.Overflowed;
    }

    private int Group((string, string) name, Func<(byte[], byte[])> describe)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_byName, name, out var isKnown);
        if (!isKnown)
        {
            known = _groups.Count < MaxGroups ? _groups.Count : throw new IngestException($"there are spans of more than {MaxGroups} services in it");
            _groups.Add(describe());
        }

        return known;
    }

    /// <summary>Returns where the next group begins.</summary>
    private int WriteGroup(int first, ref ProtobufWriter writer)
    {
        var group = _spans[first].Group;
        var entry = ExportTraceServiceRequestFields.BeginResourceSpans(ref writer);
        ResourceSpansFields.WriteResource(ref writer, _groups[group].Resource);
        var scope = ResourceSpansFields.BeginScopeSpans(ref writer);
        if (_groups[group].Scope.Length > 0)
        {
            ScopeSpansFields.WriteScope(ref writer, _groups[group].Scope);
        }

        var next = first;
        for (; next < _spans.Count && _spans[next].Group == group; next++)
        {
            ScopeSpansFields.WriteSpans(ref writer, spans.Written.Slice(_spans[next].Start, _spans[next].Size));
        }

        writer.End(scope);
        writer.End(entry);
        return next;
    }
}
