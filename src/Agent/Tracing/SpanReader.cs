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

    /// <summary>Of the resource of the current span; 0: it does not say.</summary>
    public long ProcessId { get; private set; }

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
                TakeResource(_resources.Bytes);
                return true;
            }
        }
        return false;
    }

    // Others may write the resource behind its spans.
    private void TakeResource(ReadOnlySpan<byte> resourceSpans)
    {
        _service = "unknown_service"u8;
        ProcessId = 0;
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
                    _service = attributes.Text;
                }
                else if (attributes.Key.SequenceEqual(AttributeKeys.ProcessPid))
                {
                    ProcessId = attributes.Integer;
                }
            }
            return;
        }
    }
}
