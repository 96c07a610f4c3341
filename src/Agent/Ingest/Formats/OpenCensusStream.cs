// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>One stream of OpenCensus: who sends it is said in its first message, and in later ones where that changes.</summary>
internal sealed class OpenCensusStream
{
    private const int MaxKept = 64 * 1024; // as long as the stream

    private byte[] _node = [];
    private byte[] _resource = [];

    /// <summary>Writes the spans of one message; false when there is no memory for it.</summary>
    public bool TryConvert(ReadOnlySpan<byte> message, SpanGroups groups)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.RequestNode)
            {
                _node = Keep(fields.Bytes);
            }
            else if (fields.Field == OpenCensusFields.RequestResource)
            {
                _resource = Keep(fields.Bytes);
            }
        }

        return fields.IsMalformed
            ? throw new IngestException("the message is not an ExportTraceServiceRequest of OpenCensus")
            : TryConvertSpans(message, groups);
    }

    private bool TryConvertSpans(ReadOnlySpan<byte> message, SpanGroups groups)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.RequestSpans && !TryAdd(fields.Bytes, groups))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryAdd(ReadOnlySpan<byte> span, SpanGroups groups)
    {
        var own = ResourceOf(span);
        return groups.TryAdd(
            (own.Length == 0 ? "" : Convert.ToBase64String(own), ""),
            () => (OpenCensusResource.Encode(_node, own.Length == 0 ? _resource : own), []),
            span,
            OpenCensusSpan.Encode);
    }

    private static byte[] ResourceOf(ReadOnlySpan<byte> span)
    {
        var fields = new ProtobufReader(span);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.SpanResource)
            {
                return Keep(fields.Bytes);
            }
        }

        return [];
    }

    private static byte[] Keep(ReadOnlySpan<byte> message) => message.Length <= MaxKept
        ? message.ToArray()
        : throw new IngestException($"a Node or Resource is larger than {MaxKept} bytes");
}
