// SPDX-License-Identifier: Apache-2.0
// The one object between the three encodings of Zipkin and OTLP: its fields come in any order, and which span it becomes is only
// known at its end. One is used for all spans of a request.
using System.Buffers.Binary;
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>A span as Zipkin has it. Times are in microseconds, 0 when not known.</summary>
internal sealed class ZipkinSpan
{
    private readonly byte[] _traceId = new byte[16];
    private readonly byte[] _id = new byte[8];
    private readonly byte[] _parentId = new byte[8];

    public TextArena Texts { get; } = new();

    public Span<byte> TraceId => _traceId;

    public Span<byte> Id => _id;

    /// <summary>All zeros: none.</summary>
    public Span<byte> ParentId => _parentId;

    public bool HasParent => BinaryPrimitives.ReadUInt64LittleEndian(_parentId) != 0;

    public SpanKind Kind { get; set; }

    public TextArena.Text Name { get; set; }

    public ulong Timestamp { get; set; }

    public ulong Duration { get; set; }

    public ZipkinEndpoint Local { get; set; }

    public ZipkinEndpoint Remote { get; set; }

    public List<(ulong Timestamp, TextArena.Text Value)> Annotations { get; } = [];

    public List<ZipkinTag> Tags { get; } = [];

    /// <summary>It has the id of the client's span.</summary>
    public bool IsShared { get; set; }

    public void Clear()
    {
        Texts.Clear();
        TraceId.Clear();
        Id.Clear();
        ParentId.Clear();
        Annotations.Clear();
        Tags.Clear();
        (Kind, Name, Timestamp, Duration, Local, Remote, IsShared) = (SpanKind.Internal, default, 0, 0, default, default, false);
    }

    /// <summary>Throws <see cref="IngestException"/> where an id is missing.</summary>
    public void Check()
    {
        if (!TraceId.ContainsAnyExcept((byte)0))
        {
            throw new IngestException("traceId of a span is missing, or is zero");
        }

        if (!Id.ContainsAnyExcept((byte)0))
        {
            throw new IngestException("id of a span is missing, or is zero");
        }
    }
}
