// SPDX-License-Identifier: Apache-2.0
// The program did not know whose span it made, or knows it because it was told: either way the kernel side's ids are the ones that
// everything else refers to.
using Agent.Contract;
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Gives a span that a program encoded the ids that were chosen for it; the rest is copied byte for byte.</summary>
internal static class OwnSpanRewriter
{
    private const uint HasIsRemote = (uint)SpanFlags.ContextHasIsRemoteMask;

    /// <summary>Writes <c>scope_spans</c> entries. False unless there is one span in the request.</summary>
    internal static bool TryWrite(ReadOnlySpan<byte> request, in OwnSpanEvent ids, ref ProtobufWriter writer)
    {
        if (SpanCount.Of(request) != 1)
        {
            return false;
        }
        var resources = new ProtobufReader(request);
        while (resources.Next())
        {
            var scopes = new ProtobufReader(resources.Bytes);
            while (scopes.Next())
            {
                if (scopes.Field == ResourceSpansFields.ScopeSpans)
                {
                    var entry = ResourceSpansFields.BeginScopeSpans(ref writer);
                    WriteScope(scopes.Bytes, ids, ref writer);
                    writer.End(entry);
                }
            }
        }
        return true;
    }

    private static void WriteScope(ReadOnlySpan<byte> scope, in OwnSpanEvent ids, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(scope);
        while (fields.Next())
        {
            if (fields.Field != ScopeSpansFields.Spans)
            {
                writer.Write(fields.Raw);
                continue;
            }
            var span = ScopeSpansFields.BeginSpans(ref writer);
            WriteSpan(fields.Bytes, ids, ref writer);
            writer.End(span);
        }
    }

    private static void WriteSpan(ReadOnlySpan<byte> span, in OwnSpanEvent ids, ref ProtobufWriter writer)
    {
        SpanFields.WriteTraceId(ref writer, ids.Span.TraceId.AsSpan());
        SpanFields.WriteSpanId(ref writer, ids.Span.SpanId.AsSpan());
        if (ids.ParentId.AsSpan().ContainsAnyExcept((byte)0))
        {
            SpanFields.WriteParentSpanId(ref writer, ids.ParentId.AsSpan());
        }
        SpanFields.WriteFlags(ref writer, ids.Span.Flags | HasIsRemote);
        var fields = new ProtobufReader(span);
        while (fields.Next())
        {
            if (fields.Field is not (SpanFields.TraceId or SpanFields.SpanId or SpanFields.ParentSpanId or SpanFields.Flags))
            {
                writer.Write(fields.Raw);
            }
        }
    }
}
