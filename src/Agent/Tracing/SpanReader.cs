// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>
/// Walks the spans of one encoded batch, which <see cref="SpanBatch"/> wrote: one resource, one scope, the resource
/// before the spans.
/// </summary>
internal ref struct SpanReader
{
    private readonly ReadOnlySpan<byte> _service;
    private ProtobufReader _spans;

    public SpanReader(ReadOnlySpan<byte> batch)
    {
        var request = new ProtobufReader(batch);
        if (!request.Next())
        {
            return;
        }

        var resourceSpans = new ProtobufReader(request.Bytes);
        while (resourceSpans.Next())
        {
            if (resourceSpans.Field == ResourceSpansFields.Resource)
            {
                _service = ServiceOf(resourceSpans.Bytes);
            }
            else if (resourceSpans.Field == ResourceSpansFields.ScopeSpans)
            {
                _spans = new ProtobufReader(resourceSpans.Bytes);
            }
        }
    }

    public readonly SpanView Current => new(_spans.Bytes, _service);

    public bool Next()
    {
        while (_spans.Next())
        {
            if (_spans.Field == ScopeSpansFields.Spans)
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> ServiceOf(ReadOnlySpan<byte> resource)
    {
        var attributes = new AttributeReader(resource, ResourceFields.Attributes);
        while (attributes.Next())
        {
            if (attributes.Key.SequenceEqual(AttributeKeys.ServiceName))
            {
                return attributes.Text;
            }
        }

        return "unknown_service"u8;
    }
}
