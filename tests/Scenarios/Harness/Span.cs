// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using Otlp = OpenTelemetry.Proto.Trace.V1;

namespace Scenarios.Harness;

/// <summary>One span as a backend would see it.</summary>
internal sealed record Span(
    string Service,
    string TraceId,
    string SpanId,
    string ParentId,
    string TraceState,
    string Name,
    Otlp.Span.Types.SpanKind Kind,
    Otlp.Status.Types.StatusCode Status,
    ulong Start,
    ulong End,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyDictionary<string, string> Resource)
{
    /// <summary>All of it, with events and links.</summary>
    public required Otlp.Span Message { get; init; }

    /// <summary>The scope that it came in: name, version and schema.</summary>
    public required (string Name, string Version, string Schema) Scope { get; init; }

    public bool IsServer => Kind == Otlp.Span.Types.SpanKind.Server;

    public bool IsClient => Kind == Otlp.Span.Types.SpanKind.Client;

    public bool IsRoot => ParentId.Length == 0;

    public string Path => Attributes.GetValueOrDefault("url.path")
        ?? (Attributes.TryGetValue("url.full", out var full) ? PathOf(full) : "");

    /// <summary>The value of <c>id=</c> in the query, by which the tests know what belongs together.</summary>
    public string Id
    {
        get
        {
            var query = Attributes.GetValueOrDefault("url.query") ?? Attributes.GetValueOrDefault("url.full") ?? "";
            var at = query.IndexOf("id=", StringComparison.Ordinal);
            return at < 0 ? "" : query[(at + 3)..].Split('&')[0];
        }
    }

    public int StatusCode => int.Parse(Attributes.GetValueOrDefault("http.response.status_code", "0"), CultureInfo.InvariantCulture);

    public static IEnumerable<Span> ReadAll(ExportTraceServiceRequest request) =>
        from resource in request.ResourceSpans
        let attributes = Flatten(resource.Resource?.Attributes ?? [])
        from scope in resource.ScopeSpans
        from span in scope.Spans
        select new Span(
            attributes.GetValueOrDefault("service.name", ""),
            Convert.ToHexStringLower(span.TraceId.Span),
            Convert.ToHexStringLower(span.SpanId.Span),
            Convert.ToHexStringLower(span.ParentSpanId.Span),
            span.TraceState,
            span.Name,
            span.Kind,
            span.Status?.Code ?? Otlp.Status.Types.StatusCode.Unset,
            span.StartTimeUnixNano,
            span.EndTimeUnixNano,
            Flatten(span.Attributes),
            attributes)
        {
            Message = span,
            Scope = (scope.Scope?.Name ?? "", scope.Scope?.Version ?? "", scope.SchemaUrl),
        };

    private static Dictionary<string, string> Flatten(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => Text(attribute.Value));

    private static string Text(AnyValue value) => value.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.ArrayValue => string.Join(',', value.ArrayValue.Values.Select(Text)),
        _ => value.ToString(),
    };

    private static string PathOf(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.AbsolutePath : url;
}
