// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Text.Json;
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Ingest;
using Agent.Ingest.Formats;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Ingest;

public sealed class OtlpTests
{
    private readonly Desk _desk = new();

    [Fact]
    public void A_request_passes_as_it_is()
    {
        var request = Request(Desk.FullSpan(1), Desk.FullSpan(2));

        var answer = _desk.Take(IngestFormat.OtlpProtobuf, request.ToByteArray());

        Assert.Equal(new IngestAnswer(IngestOutcome.Accepted), answer);
        Assert.Equal(request.ResourceSpans, _desk.Intake.Resources);
        Assert.Equal(2, _desk.Intake.Announced);
    }

    [Fact]
    public void Json_says_the_same_as_protobuf()
    {
        var request = Request(Desk.FullSpan(1), Desk.FullSpan(2));
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            OtlpJson.WriteRequest([request.ToByteArray()], json);
        }

        var answer = _desk.Take(IngestFormat.OtlpJson, text.WrittenSpan);

        Assert.Equal(new IngestAnswer(IngestOutcome.Accepted), answer);
        Assert.Equal(request.ResourceSpans, _desk.Intake.Resources);
    }

    [Fact]
    public void Json_of_other_writers_is_read()
    {
        const string body =
            """
            {"unknown": [{}], "resourceSpans": [{"resource": null, "scopeSpans": [{"spans": [{
              "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "eee19b7ec3c1b174", "parentSpanId": "",
              "name": "\u00fc\n", "kind": "SPAN_KIND_SERVER", "startTimeUnixNano": 1544712660000000000, "endTimeUnixNano": "1544712661000000000",
              "attributes": [{"key": "i", "value": {"intValue": 7}}, {"key": "d", "value": {"doubleValue": "NaN"}}, {"key": "none", "value": {}},
                             {"key": "b", "value": {"bytesValue": "_-8"}}],
              "status": {"code": 2}, "flags": 1}]}]}]}
            """;

        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.OtlpJson, body).Outcome);

        var span = Assert.Single(_desk.Intake.Spans);
        Assert.Equal("5b8efff798038103d269b633813fc60c", Convert.ToHexStringLower(span.TraceId.Span));
        Assert.Equal("ü\n", span.Name);
        Assert.Equal(Span.Types.SpanKind.Server, span.Kind);
        Assert.Equal(1544712660000000000UL, span.StartTimeUnixNano);
        Assert.Equal(7, span.Attributes[0].Value.IntValue);
        Assert.Equal(double.NaN, span.Attributes[1].Value.DoubleValue);
        Assert.Equal(AnyValue.ValueOneofCase.None, span.Attributes[2].Value.ValueCase);
        Assert.Equal(new byte[] { 0xff, 0xef }, span.Attributes[3].Value.BytesValue.ToByteArray());
        Assert.Equal(Status.Types.StatusCode.Error, span.Status.Code);
        Assert.True(span.ParentSpanId.IsEmpty);
    }

    public static TheoryData<string, Action<Span>> Faults => new()
    {
        { "trace id", span => span.TraceId = Desk.Id(15, 1) },
        { "trace id", span => span.TraceId = ByteString.Empty },
        { "trace id", span => span.TraceId = Desk.Id(16, 0) },
        { "span id", span => span.SpanId = Desk.Id(9, 1) },
        { "span id", span => span.SpanId = Desk.Id(8, 0) },
        { "parent span id", span => span.ParentSpanId = Desk.Id(4, 1) },
        { "link", span => span.Links[0].SpanId = Desk.Id(1, 1) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_span_that_receivers_would_choke_on_is_left_out(string expected, Action<Span> spoil)
    {
        var spoilt = Desk.FullSpan(2);
        spoil(spoilt);
        var request = Request(Desk.FullSpan(1), spoilt, Desk.FullSpan(3));

        var answer = _desk.Take(IngestFormat.OtlpProtobuf, request.ToByteArray());

        Assert.Equal((IngestOutcome.Accepted, 1), (answer.Outcome, answer.Rejected));
        Assert.Contains(expected, answer.Message, StringComparison.Ordinal);
        request.ResourceSpans[0].ScopeSpans[0].Spans.RemoveAt(1);
        Assert.Equal(request.ResourceSpans, _desk.Intake.Resources);
        Assert.Equal(2, _desk.Intake.Announced);
    }

    [Fact]
    public void Text_that_is_not_utf8_costs_its_span()
    {
        var request = Request(Desk.FullSpan(1), Desk.FullSpan(2)).ToByteArray();
        request[request.AsSpan().IndexOf("GET /"u8)] = 0xff;

        var answer = _desk.Take(IngestFormat.OtlpProtobuf, request);

        Assert.Equal((IngestOutcome.Accepted, 1), (answer.Outcome, answer.Rejected));
        Assert.Contains("UTF-8", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_unknown_stays()
    {
        // Field 500 (text) in a span, next to one of which the trace id is missing.
        byte[] unknown = [0xa2, 0x1f, 3, 1, 2, 3];
        byte[] span = [.. Desk.FullSpan(1).ToByteArray(), .. unknown];
        byte[] spans = [0x12, .. Varint(span.Length), .. span, 0x12, 0];
        byte[] request = [0x0a, .. Varint(spans.Length + 1 + Varint(spans.Length).Length), 0x12, .. Varint(spans.Length), .. spans, .. unknown];

        var answer = _desk.Take(IngestFormat.OtlpProtobuf, request);

        Assert.Equal((IngestOutcome.Accepted, 1), (answer.Outcome, answer.Rejected));
        Assert.Equal(unknown, _desk.Intake.Spans[0].ToByteArray()[^unknown.Length..]);
    }

    [Fact]
    public void Half_a_request_is_none()
    {
        var request = Request(Desk.FullSpan(1)).ToByteArray();
        for (var size = 1; size < request.Length; size += 7)
        {
            Assert.Equal(IngestOutcome.Invalid, _desk.Take(IngestFormat.OtlpProtobuf, request.AsSpan(0, size)).Outcome);
        }
        Assert.Empty(_desk.Intake.Resources);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{} {}")]
    [InlineData("""{"resourceSpans": {}}""")]
    [InlineData("""{"resourceSpans": [null]}""")]
    [InlineData("""{"resourceSpans": [{"scopeSpans": [{"spans": [{"startTimeUnixNano": -1}]}]}]}""")]
    [InlineData("""{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "\ud800"}]}]}]}""")]
    [InlineData("""{"resourceSpans": [{"scopeSpans": [{"spans": [{"kind": "KIND"}]}]}]}""")]
    public void Bad_json_is_refused_with_a_reason(string body)
    {
        var answer = _desk.Take(IngestFormat.OtlpJson, body);

        Assert.Equal(IngestOutcome.Invalid, answer.Outcome);
        Assert.False(string.IsNullOrEmpty(answer.Message));
    }

    [Fact]
    public void Nothing_at_all_is_accepted_without_an_offer()
    {
        _desk.Intake.Answer = IntakeAnswer.Full;

        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.OtlpProtobuf, []).Outcome);
        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.OtlpJson, "{}").Outcome);
    }

    [Theory]
    [InlineData(IntakeAnswer.Full, (int)IngestOutcome.Full)]
    [InlineData(IntakeAnswer.Closing, (int)IngestOutcome.Closing)]
    public void The_answer_of_the_intake_is_the_answer(object answer, int outcome)
    {
        _desk.Intake.Answer = (IntakeAnswer)answer;

        Assert.Equal((IngestOutcome)outcome, _desk.Take(IngestFormat.OtlpProtobuf, Request(Desk.FullSpan(1)).ToByteArray()).Outcome);
        Assert.Equal(1, _desk.Counters.Refused(IngestProtocol.OtlpHttp));
        Assert.Equal(0, _desk.Counters.Accepted(IngestProtocol.OtlpHttp));
    }

    [Fact]
    public void Without_memory_the_sender_is_asked_to_wait()
    {
        var desk = new Desk(memory: 8 * 1024);

        Assert.Equal(IngestOutcome.Full, desk.Take(IngestFormat.OtlpProtobuf, new byte[10_000]).Outcome);
        var spoilt = Desk.FullSpan(1);
        spoilt.SpanId = ByteString.Empty;
        Assert.Equal(IngestOutcome.Full, desk.Take(IngestFormat.OtlpProtobuf, Request([.. Enumerable.Repeat(spoilt, 10)]).ToByteArray()).Outcome);
    }

    [Fact]
    public void Nesting_has_an_end()
    {
        var value = new AnyValue { IntValue = 1 };
        for (var i = 0; i < 80; i++)
        {
            value = new AnyValue { ArrayValue = new ArrayValue { Values = { value } } };
        }
        var span = Desk.FullSpan(1);
        span.Attributes.Add(Desk.Pair("deep", value));

        var answer = _desk.Take(IngestFormat.OtlpProtobuf, Request(span).ToByteArray());

        Assert.Equal((IngestOutcome.Accepted, 1), (answer.Outcome, answer.Rejected));
        Assert.Contains("deep", answer.Message, StringComparison.Ordinal);
    }

    private static ExportTraceServiceRequest Request(params Span[] spans) => new() { ResourceSpans = { Desk.Resource("shop", spans) } };

    private static byte[] Varint(int size) => size < 128 ? [(byte)size] : [(byte)(size | 0x80), (byte)(size >> 7)];
}
