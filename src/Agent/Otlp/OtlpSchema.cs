// SPDX-License-Identifier: Apache-2.0
// What generated field writers do not know: names in JSON, and which message is in which. For code that goes through messages
// of others and treats all fields alike. Numbers come from the generator.
namespace Agent.Otlp;

/// <summary>The messages of a trace export.</summary>
internal static class OtlpSchema
{
    private const int TraceIdSize = 16;
    private const int SpanIdSize = 8;

    private static readonly OtlpMessage AnyValue = new(
        false,
        new(AnyValueFields.StringValue, "stringValue", OtlpKind.Text),
        new(AnyValueFields.BoolValue, "boolValue", OtlpKind.Truth),
        new(AnyValueFields.IntValue, "intValue", OtlpKind.BigInteger),
        new(AnyValueFields.DoubleValue, "doubleValue", OtlpKind.Fraction),
        new(AnyValueFields.ArrayValue, "arrayValue", OtlpKind.Message, () => ArrayValue!),
        new(AnyValueFields.KvlistValue, "kvlistValue", OtlpKind.Message, () => KeyValueList!),
        new(AnyValueFields.BytesValue, "bytesValue", OtlpKind.Bytes));

    private static readonly OtlpMessage KeyValue = new(
        false,
        new(KeyValueFields.Key, "key", OtlpKind.Text),
        new(KeyValueFields.Value, "value", OtlpKind.Message, () => AnyValue));

    private static readonly OtlpMessage ArrayValue = new(false, new OtlpField(ArrayValueFields.Values, "values", OtlpKind.List, () => AnyValue));

    private static readonly OtlpMessage KeyValueList = new(false, new OtlpField(KeyValueListFields.Values, "values", OtlpKind.List, () => KeyValue));

    private static readonly OtlpMessage Event = new(
        false,
        new(SpanEventFields.TimeUnixNano, "timeUnixNano", OtlpKind.BigNumber),
        new(SpanEventFields.Name, "name", OtlpKind.Text),
        new(SpanEventFields.Attributes, "attributes", OtlpKind.List, () => KeyValue),
        new(SpanEventFields.DroppedAttributesCount, "droppedAttributesCount", OtlpKind.Number));

    private static readonly OtlpMessage Link = new(
        false,
        new(SpanLinkFields.TraceId, "traceId", OtlpKind.Id, Size: TraceIdSize),
        new(SpanLinkFields.SpanId, "spanId", OtlpKind.Id, Size: SpanIdSize),
        new(SpanLinkFields.TraceState, "traceState", OtlpKind.Text),
        new(SpanLinkFields.Attributes, "attributes", OtlpKind.List, () => KeyValue),
        new(SpanLinkFields.DroppedAttributesCount, "droppedAttributesCount", OtlpKind.Number),
        new(SpanLinkFields.Flags, "flags", OtlpKind.Flags));

    private static readonly string[] StatusCodes = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"];

    private static readonly string[] SpanKinds =
    [
        "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER",
    ];

    private static readonly OtlpMessage Status = new(
        false,
        new(StatusFields.Message, "message", OtlpKind.Text),
        new(StatusFields.Code, "code", OtlpKind.Choice, Choices: StatusCodes));

    public static OtlpMessage Span { get; } = new(
        true,
        new(SpanFields.TraceId, "traceId", OtlpKind.Id, Size: TraceIdSize),
        new(SpanFields.SpanId, "spanId", OtlpKind.Id, Size: SpanIdSize),
        new(SpanFields.TraceState, "traceState", OtlpKind.Text),
        new(SpanFields.ParentSpanId, "parentSpanId", OtlpKind.Id, Size: SpanIdSize),
        new(SpanFields.Flags, "flags", OtlpKind.Flags),
        new(SpanFields.Name, "name", OtlpKind.Text),
        new(SpanFields.Kind, "kind", OtlpKind.Choice, Choices: SpanKinds),
        new(SpanFields.StartTimeUnixNano, "startTimeUnixNano", OtlpKind.BigNumber),
        new(SpanFields.EndTimeUnixNano, "endTimeUnixNano", OtlpKind.BigNumber),
        new(SpanFields.Attributes, "attributes", OtlpKind.List, () => KeyValue),
        new(SpanFields.DroppedAttributesCount, "droppedAttributesCount", OtlpKind.Number),
        new(SpanFields.Events, "events", OtlpKind.List, () => Event),
        new(SpanFields.DroppedEventsCount, "droppedEventsCount", OtlpKind.Number),
        new(SpanFields.Links, "links", OtlpKind.List, () => Link),
        new(SpanFields.DroppedLinksCount, "droppedLinksCount", OtlpKind.Number),
        new(SpanFields.Status, "status", OtlpKind.Message, () => Status));

    public static OtlpMessage Scope { get; } = new(
        false,
        new(InstrumentationScopeFields.Name, "name", OtlpKind.Text),
        new(InstrumentationScopeFields.Version, "version", OtlpKind.Text),
        new(InstrumentationScopeFields.Attributes, "attributes", OtlpKind.List, () => KeyValue),
        new(InstrumentationScopeFields.DroppedAttributesCount, "droppedAttributesCount", OtlpKind.Number));

    public static OtlpMessage ScopeSpans { get; } = new(
        true,
        new(ScopeSpansFields.Scope, "scope", OtlpKind.Message, () => Scope),
        new(ScopeSpansFields.Spans, "spans", OtlpKind.List, () => Span),
        new(ScopeSpansFields.SchemaUrl, "schemaUrl", OtlpKind.Text));

    public static OtlpMessage Resource { get; } = new(
        true,
        new(ResourceFields.Attributes, "attributes", OtlpKind.List, () => KeyValue),
        new(ResourceFields.DroppedAttributesCount, "droppedAttributesCount", OtlpKind.Number));

    public static OtlpMessage ResourceSpans { get; } = new(
        true,
        new(ResourceSpansFields.Resource, "resource", OtlpKind.Message, () => Resource),
        new(ResourceSpansFields.ScopeSpans, "scopeSpans", OtlpKind.List, () => ScopeSpans),
        new(ResourceSpansFields.SchemaUrl, "schemaUrl", OtlpKind.Text));

    public static OtlpMessage Request { get; } = new(
        true, new OtlpField(ExportTraceServiceRequestFields.ResourceSpans, "resourceSpans", OtlpKind.List, () => ResourceSpans));
}
