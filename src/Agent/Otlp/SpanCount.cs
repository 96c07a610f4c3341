// SPDX-License-Identifier: Apache-2.0
namespace Agent.Otlp;

/// <summary>Counts spans in encoded messages.</summary>
internal static class SpanCount
{
    /// <summary>In the <c>resource_spans</c> entries of an ExportTraceServiceRequest.</summary>
    public static int Of(ReadOnlySpan<byte> request)
    {
        var spans = 0;
        var reader = new ProtobufReader(request);
        while (reader.Next())
        {
            spans += reader.Field == ExportTraceServiceRequestFields.ResourceSpans ? OfResource(reader.Bytes) : 0;
        }
        return spans;
    }

    /// <summary>In one ResourceSpans message.</summary>
    public static int OfResource(ReadOnlySpan<byte> resourceSpans)
    {
        var spans = 0;
        var reader = new ProtobufReader(resourceSpans);
        while (reader.Next())
        {
            if (reader.Field == ResourceSpansFields.ScopeSpans)
            {
                var scope = new ProtobufReader(reader.Bytes);
                while (scope.Next())
                {
                    spans += scope.Field == ScopeSpansFields.Spans ? 1 : 0;
                }
            }
        }
        return spans;
    }
}
