// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>Walks the spans of an encoded batch: of every resource and scope in it.</summary>
internal ref struct SpanReader(ReadOnlySpan<byte> batch)
{
    private ProtobufReader _resources = new(batch);
    private ProtobufReader _scopes;
    private ProtobufReader _spans;
    private ReadOnlySpan<byte> _service;

    public readonly SpanView Current => new(_spans.Bytes, _service);

    public bool Next()
    {
        do
        {
            while (_spans.Next())
            {
                if (_spans.Field == ScopeSpansFields.Spans)
                {
                    return true;
                }
            }
        }
        while (NextScope());
        return false;
    }

    private bool NextScope()
    {
        do
        {
            while (_scopes.Next())
            {
                if (_scopes.Field == ResourceSpansFields.ScopeSpans)
                {
                    _spans = new ProtobufReader(_scopes.Bytes);
                    return true;
                }
            }
        }
        while (NextResource());
        return false;
    }

    private bool NextResource()
    {
        while (_resources.Next())
        {
            if (_resources.Field == ExportTraceServiceRequestFields.ResourceSpans)
            {
                _scopes = new ProtobufReader(_resources.Bytes);
                _service = ServiceOf(_resources.Bytes);
                return true;
            }
        }
        return false;
    }

    // Others may write the resource behind its spans.
    private static ReadOnlySpan<byte> ServiceOf(ReadOnlySpan<byte> resourceSpans)
    {
        var fields = new ProtobufReader(resourceSpans);
        while (fields.Next())
        {
            if (fields.Field != ResourceSpansFields.Resource)
            {
                continue;
            }
            var attributes = new AttributeReader(fields.Bytes, ResourceFields.Attributes);
            while (attributes.Next())
            {
                if (attributes.Key.SequenceEqual(AttributeKeys.ServiceName))
                {
                    return attributes.Text;
                }
            }
        }
        return "unknown_service"u8;
    }
}
