// SPDX-License-Identifier: Apache-2.0
// What comes in is passed on as it is, to receivers that refuse a batch as a whole. So one span that they cannot read must not
// get into it: strings are UTF-8, ids have their size, and every message ends where it says. Fields that Hilo does not know
// stay where they are.
using System.Text.Unicode;
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Goes through an ExportTraceServiceRequest; nothing is built, nothing is changed.</summary>
internal static class OtlpCheck
{
    // Protobuf readers stop at 100 levels; a span is at level 3.
    private const int MaxDepth = 64;

    public static OtlpVerdict Check(ReadOnlySpan<byte> request)
    {
        var verdict = new OtlpVerdict();
        var fields = new ProtobufReader(request);
        while (fields.Next())
        {
            if (fields.Wire == ProtobufReader.BytesWire && fields.Field == ExportTraceServiceRequestFields.ResourceSpans)
            {
                CheckResourceSpans(fields.Bytes, ref verdict);
            }
            else
            {
                verdict.HasOther = true;
            }
        }

        if (fields.IsMalformed)
        {
            verdict.Error = "the body is not an ExportTraceServiceRequest";
        }

        return verdict;
    }

    public static SpanFault CheckSpan(ReadOnlySpan<byte> span)
    {
        var fault = Check(span, OtlpSchema.Span, MaxDepth);
        if (fault != SpanFault.None)
        {
            return fault;
        }

        var (hasTrace, hasId) = (false, false);
        var fields = new ProtobufReader(span);
        while (!(hasTrace && hasId) && fields.Next())
        {
            hasTrace |= fields.Field == SpanFields.TraceId && IsId(fields.Bytes);
            hasId |= fields.Field == SpanFields.SpanId && IsId(fields.Bytes);
        }

        return !hasTrace ? SpanFault.TraceId : !hasId ? SpanFault.SpanId : SpanFault.None;
    }

    private static void CheckResourceSpans(ReadOnlySpan<byte> resourceSpans, ref OtlpVerdict verdict)
    {
        verdict.Containers++;
        var fields = new ProtobufReader(resourceSpans);
        while (fields.Next())
        {
            if (fields.Wire == ProtobufReader.BytesWire && fields.Field == ResourceSpansFields.ScopeSpans)
            {
                CheckScopeSpans(fields.Bytes, ref verdict);
            }
            else if (!IsSound(fields, OtlpSchema.ResourceSpans))
            {
                verdict.Error ??= "a resource cannot be decoded";
            }
        }

        if (fields.IsMalformed)
        {
            verdict.Error ??= "a ResourceSpans message cannot be decoded";
        }
    }

    private static void CheckScopeSpans(ReadOnlySpan<byte> scopeSpans, ref OtlpVerdict verdict)
    {
        verdict.Containers++;
        var fields = new ProtobufReader(scopeSpans);
        while (fields.Next())
        {
            if (fields.Wire == ProtobufReader.BytesWire && fields.Field == ScopeSpansFields.Spans)
            {
                Count(CheckSpan(fields.Bytes), ref verdict);
            }
            else if (!IsSound(fields, OtlpSchema.ScopeSpans))
            {
                verdict.Error ??= "an instrumentation scope cannot be decoded";
            }
        }

        if (fields.IsMalformed)
        {
            verdict.Error ??= "a ScopeSpans message cannot be decoded";
        }
    }

    private static void Count(SpanFault fault, ref OtlpVerdict verdict)
    {
        if (fault == SpanFault.None)
        {
            verdict.Spans++;
            return;
        }

        verdict.Fault = verdict.Rejected++ == 0 ? fault : verdict.Fault;
    }

    private static bool IsSound(scoped in ProtobufReader field, OtlpMessage schema) =>
        field.Wire != ProtobufReader.BytesWire || schema.Find(field.Field) is not { } known || Check(field.Bytes, known, MaxDepth) == SpanFault.None;

    private static SpanFault Check(ReadOnlySpan<byte> message, OtlpMessage schema, int depth)
    {
        if (depth == 0)
        {
            return SpanFault.TooDeep;
        }

        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Wire == ProtobufReader.BytesWire && schema.Find(fields.Field) is { } field)
            {
                var fault = Check(fields.Bytes, field, depth);
                if (fault != SpanFault.None)
                {
                    return fault;
                }
            }
        }

        return fields.IsMalformed ? SpanFault.Malformed : SpanFault.None;
    }

    private static SpanFault Check(ReadOnlySpan<byte> value, OtlpField field, int depth) => field.Kind switch
    {
        OtlpKind.Message or OtlpKind.List => Check(value, field.Message!, depth - 1),
        OtlpKind.Text => Utf8.IsValid(value) ? SpanFault.None : SpanFault.NotUtf8,
        OtlpKind.Id => value.Length == 0 || value.Length == field.Size ? SpanFault.None : FaultOf(field),
        _ => SpanFault.None,
    };

    private static SpanFault FaultOf(OtlpField field) =>
        !OtlpSchema.Span.Fields.Contains(field) ? SpanFault.LinkId
        : field.Number switch
        {
            SpanFields.TraceId => SpanFault.TraceId,
            SpanFields.SpanId => SpanFault.SpanId,
            _ => SpanFault.ParentId,
        };

    private static bool IsId(ReadOnlySpan<byte> id) => id.ContainsAnyExcept((byte)0);
}
