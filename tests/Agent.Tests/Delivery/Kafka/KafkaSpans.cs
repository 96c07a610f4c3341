// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Exporters;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Delivery.Kafka;

/// <summary>Batches of several resources, scopes and traces, encoded by Google's classes.</summary>
internal static class KafkaSpans
{
    /// <param name="name">How long names of spans are.</param>
    public static byte[] Batch(int number, int spans, int traces, int name = 8)
    {
        var request = new ExportTraceServiceRequest();
        for (var i = 0; i < spans; i++)
        {
            if (i % 5 == 0)
            {
                request.ResourceSpans.Add(NewResource($"service-{number}-{i}"));
            }
            var scopes = request.ResourceSpans[^1].ScopeSpans;
            scopes[i % scopes.Count].Spans.Add(new Span
            {
                Name = new string('n', name),
                TraceId = Id(16, (i * 7) % traces),
                SpanId = Id(8, (number * 100_000) + i + 1),
            });
        }
        return request.ToByteArray();
    }

    public static ExportRequest Request(params byte[][] batches)
    {
        var request = new ExportRequest();
        foreach (var batch in batches)
        {
            request.Add(batch, Agent.Otlp.SpanCount.Of(batch));
        }
        return request;
    }

    /// <summary>Each span with all that stands around it, in an order of its own.</summary>
    public static List<string> Whole(IEnumerable<ExportTraceServiceRequest> requests) =>
    [
        .. requests.SelectMany(request => request.ResourceSpans).SelectMany(resource => resource.ScopeSpans.SelectMany(scope => scope.Spans.Select(
            span => $"{resource.Resource} {resource.SchemaUrl} {scope.Scope} {scope.SchemaUrl} {span}"))).Order(StringComparer.Ordinal),
    ];

    public static string TraceOf(Span span) => Convert.ToHexStringLower(span.TraceId.Span);

    private static ResourceSpans NewResource(string service) => new()
    {
        Resource = new Resource { Attributes = { new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = service } } } },
        SchemaUrl = "https://opentelemetry.io/schemas/1.27.0",
        ScopeSpans =
        {
            new ScopeSpans { Scope = new InstrumentationScope { Name = "first" } },
            new ScopeSpans { Scope = new InstrumentationScope { Name = "second" }, SchemaUrl = "https://example.org/2" },
        },
    };

    private static ByteString Id(int size, int number)
    {
        var bytes = new byte[size];
        bytes[0] = 1;
        (bytes[^1], bytes[^2], bytes[^3]) = ((byte)number, (byte)(number >> 8), (byte)(number >> 16));
        return ByteString.CopyFrom(bytes);
    }
}
