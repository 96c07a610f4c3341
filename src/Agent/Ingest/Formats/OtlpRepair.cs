// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Writes a request again without the spans that <see cref="OtlpCheck"/> rejects, everything else byte for byte.</summary>
internal static class OtlpRepair
{
    private const int MoreForLength = 4; // a length of one byte becomes one of four

    public static int SizeFor(int request, OtlpVerdict verdict) => request + (MoreForLength * verdict.Containers);

    /// <summary>Writes <c>resource_spans</c> only; the writer has room for <see cref="SizeFor"/> bytes.</summary>
    public static void Write(ReadOnlySpan<byte> request, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(request);
        while (fields.Next())
        {
            if (fields.Wire == ProtobufReader.BytesWire && fields.Field == ExportTraceServiceRequestFields.ResourceSpans)
            {
                var entry = ExportTraceServiceRequestFields.BeginResourceSpans(ref writer);
                WriteResourceSpans(fields.Bytes, ref writer);
                writer.End(entry);
            }
        }
    }

    private static void WriteResourceSpans(ReadOnlySpan<byte> resourceSpans, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(resourceSpans);
        while (fields.Next())
        {
            if (fields.Wire == ProtobufReader.BytesWire && fields.Field == ResourceSpansFields.ScopeSpans)
            {
                var scope = ResourceSpansFields.BeginScopeSpans(ref writer);
                WriteScopeSpans(fields.Bytes, ref writer);
                writer.End(scope);
            }
            else
            {
                writer.Write(fields.Raw);
            }
        }
    }

    private static void WriteScopeSpans(ReadOnlySpan<byte> scopeSpans, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(scopeSpans);
        while (fields.Next())
        {
            var isSpan = fields.Wire == ProtobufReader.BytesWire && fields.Field == ScopeSpansFields.Spans;
            if (!isSpan || OtlpCheck.CheckSpan(fields.Bytes) == SpanFault.None)
            {
                writer.Write(fields.Raw);
            }
        }
    }
}
