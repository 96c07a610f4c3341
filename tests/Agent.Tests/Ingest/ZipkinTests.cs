// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Delivery.Exporters;
using Agent.Ingest;
using Agent.Ingest.Formats;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Ingest;

public sealed class ZipkinTests
{
    private readonly Desk _desk = new();

    private const string Whole =
        """
        [{"traceId":"000000000000000a463ac35c9f6413ad","parentId":"6b221d5bc9e6496c","id":"72485a3953bb6124","kind":"CLIENT","name":"get /x",
          "timestamp":1699987815000001,"duration":2003,"localEndpoint":{"serviceName":"front\"end"},
          "remoteEndpoint":{"serviceName":"back","ipv4":"10.0.0.2","port":9000},
          "annotations":[{"timestamp":1699987815000500,"value":"sent"}],
          "tags":{"http.path":"/x","otel.scope.name":"lib","otel.status_code":"ERROR","error":"no luck"}},
         {"traceId":"000000000000000a463ac35c9f6413ad","id":"0000000000000002","name":"local",
          "timestamp":1699987815000002,"duration":1,"localEndpoint":{"serviceName":"other"},"tags":{}}]
        """;

    [Fact]
    public void Spans_survive_the_way_through_otlp_and_back()
    {
        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.ZipkinJson, Whole).Outcome);

        var span = _desk.Intake.Spans[0];
        Assert.Equal(Span.Types.SpanKind.Client, span.Kind);
        Assert.Equal(1699987815000001000UL, span.StartTimeUnixNano);
        Assert.Equal(1699987815002004000UL, span.EndTimeUnixNano);
        Assert.Equal("sent", Assert.Single(span.Events).Name);
        Assert.Equal((Status.Types.StatusCode.Error, "no luck"), (span.Status.Code, span.Status.Message));
        Assert.Equal("lib", _desk.Intake.Resources[0].ScopeSpans[0].Scope.Name);
        Assert.Equal(Span.Types.SpanKind.Internal, _desk.Intake.Spans[1].Kind);
        Assert.Equal(2, _desk.Intake.Announced);

        var expected = JsonNode.Parse(Whole)!.AsArray();
        expected[0]!["tags"]!["peer.service"] = "back";
        expected[0]!["tags"]!["network.peer.address"] = "10.0.0.2";
        expected[0]!["tags"]!["network.peer.port"] = "9000";
        Assert.True(JsonNode.DeepEquals(expected, Export()), Export().ToJsonString());
    }

    [Fact]
    public void What_the_exporter_writes_comes_back()
    {
        var span = Desk.FullSpan(9);
        (span.StartTimeUnixNano, span.EndTimeUnixNano) = (1_700_000_000_000_001_000, 1_700_000_000_000_004_000);
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            new ZipkinJson().WriteRequest([new ExportTraceServiceRequest { ResourceSpans = { Desk.Resource("shop", span) } }.ToByteArray()], json);
        }

        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.ZipkinJson, text.WrittenSpan).Outcome);

        var back = Assert.Single(_desk.Intake.Spans);
        Assert.Equal((span.TraceId, span.SpanId, span.ParentSpanId), (back.TraceId, back.SpanId, back.ParentSpanId));
        Assert.Equal((span.Name, span.Kind, span.Status), (back.Name, back.Kind, back.Status));
        Assert.Equal((span.StartTimeUnixNano, span.EndTimeUnixNano), (back.StartTimeUnixNano, back.EndTimeUnixNano));
        Assert.Equal("shop", _desk.Intake.Resources[0].Resource.Attributes[0].Value.StringValue);
        Assert.Equal("scope", _desk.Intake.Resources[0].ScopeSpans[0].Scope.Name);
        Assert.Equal(span.Attributes.Select(one => one.Key), back.Attributes.Select(one => one.Key));
    }

    [Fact]
    public void Short_trace_ids_get_zeros_and_shared_spans_say_so()
    {
        const string body = """[{"traceId":"463ac35c9f6413ad","id":"1","kind":"SERVER","shared":true,"timestamp":5,"tags":{"error":"false"}}]""";

        _desk.Take(IngestFormat.ZipkinJson, body);

        var span = Assert.Single(_desk.Intake.Spans);
        Assert.Equal("0000000000000000463ac35c9f6413ad", Convert.ToHexStringLower(span.TraceId.Span));
        Assert.Equal("0000000000000001", Convert.ToHexStringLower(span.SpanId.Span));
        Assert.Null(span.Status);
        Assert.Equal("zipkin.shared", Assert.Single(span.Attributes).Key);
        Assert.Equal("unknown_service", _desk.Intake.Resources[0].Resource.Attributes[0].Value.StringValue);
    }

    [Fact]
    public void Protobuf_says_the_same_as_json()
    {
        byte[] remote = [.. Field(1, "back"u8), .. Field(2, IPAddress.Parse("10.0.0.2").GetAddressBytes()), 0x20, .. Varint(9000)];
        byte[] span =
        [
            .. Field(1, Convert.FromHexString("000000000000000a463ac35c9f6413ad")), .. Field(2, Convert.FromHexString("6b221d5bc9e6496c")),
            .. Field(3, Convert.FromHexString("72485a3953bb6124")), 0x20, 1, .. Field(5, "get /x"u8),
            0x31, .. BitConverter.GetBytes(1699987815000001), 0x38, .. Varint(2003), .. Field(8, Field(1, "front\"end"u8)), .. Field(9, remote),
            .. Field(10, [0x09, .. BitConverter.GetBytes(1699987815000500), .. Field(2, "sent"u8)]),
            .. Field(11, [.. Field(1, "http.path"u8), .. Field(2, "/x"u8)]),
            .. Field(11, [.. Field(1, "otel.scope.name"u8), .. Field(2, "lib"u8)]),
            .. Field(11, [.. Field(1, "otel.status_code"u8), .. Field(2, "ERROR"u8)]),
            .. Field(11, [.. Field(1, "error"u8), .. Field(2, "no luck"u8)]),
        ];
        _desk.Take(IngestFormat.ZipkinJson, Whole);

        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.ZipkinProtobuf, Field(1, span)).Outcome);

        Assert.Equal(_desk.Intake.Resources[0], _desk.Intake.Resources[^1]);
    }

    [Fact]
    public void Both_halves_of_a_call_in_version_1_are_two_spans()
    {
        const string body =
            """
            [{"traceId":"463ac35c9f6413ad","id":"72485a3953bb6124","name":"get","timestamp":1000,"duration":100,
              "annotations":[{"timestamp":1000,"value":"cs","endpoint":{"serviceName":"front","ipv4":"10.0.0.1"}},
                             {"timestamp":1020,"value":"sr","endpoint":{"serviceName":"back","ipv4":"10.0.0.2","port":80}},
                             {"timestamp":1050,"value":"cached","endpoint":{"serviceName":"back"}},
                             {"timestamp":1080,"value":"ss","endpoint":{"serviceName":"back","ipv4":"10.0.0.2","port":80}},
                             {"timestamp":1100,"value":"cr","endpoint":{"serviceName":"front","ipv4":"10.0.0.1"}}],
              "binaryAnnotations":[{"key":"http.path","value":"/x","endpoint":{"serviceName":"front"}},
                                   {"key":"size","value":"12","type":"I32","endpoint":{"serviceName":"back"}}]}]
            """;

        Assert.Equal(IngestOutcome.Accepted, _desk.Take(IngestFormat.ZipkinV1Json, body).Outcome);

        Assert.Equal(2, _desk.Intake.Announced);
        var (client, server) = (_desk.Intake.Spans[0], _desk.Intake.Spans[1]);
        Assert.Equal(["front", "back"], _desk.Intake.Resources.Select(one => one.Resource.Attributes[0].Value.StringValue));
        Assert.Equal((Span.Types.SpanKind.Client, 1_000_000UL, 1_100_000UL), (client.Kind, client.StartTimeUnixNano, client.EndTimeUnixNano));
        Assert.Equal((Span.Types.SpanKind.Server, 1_020_000UL, 1_080_000UL), (server.Kind, server.StartTimeUnixNano, server.EndTimeUnixNano));
        Assert.Equal("/x", client.Attributes.Single(one => one.Key == "http.path").Value.StringValue);
        Assert.Equal(12, server.Attributes.Single(one => one.Key == "size").Value.IntValue);
        Assert.Equal("cached", Assert.Single(server.Events).Name);
        Assert.Empty(client.Events);
    }

    [Fact]
    public void One_half_in_version_1_has_its_address()
    {
        const string body =
            """
            [{"traceId":"1","id":"2","parentId":"1","name":"get",
              "annotations":[{"timestamp":1020,"value":"sr","endpoint":{"serviceName":"back"}},{"timestamp":1080,"value":"ss","endpoint":{"serviceName":"back"}}],
              "binaryAnnotations":[{"key":"ca","value":true,"endpoint":{"serviceName":"front","ipv4":"10.0.0.1","port":1234}}]}]
            """;

        _desk.Take(IngestFormat.ZipkinV1Json, body);

        var span = Assert.Single(_desk.Intake.Spans);
        Assert.Equal((Span.Types.SpanKind.Server, 1_020_000UL, 1_080_000UL), (span.Kind, span.StartTimeUnixNano, span.EndTimeUnixNano));
        Assert.Equal("10.0.0.1", span.Attributes.Single(one => one.Key == "network.peer.address").Value.StringValue);
        Assert.True(span.Attributes.Single(one => one.Key == "zipkin.shared").Value.BoolValue);
    }

    [Theory]
    [InlineData("{}", "list")]
    [InlineData("[1]", "object")]
    [InlineData("[{}]", "traceId")]
    [InlineData("""[{"traceId":"1"}]""", "id")]
    [InlineData("""[{"traceId":"x","id":"1"}]""", "hexadecimal")]
    [InlineData("""[{"traceId":"1","id":"11111111111111111"}]""", "hexadecimal")]
    [InlineData("""[{"traceId":"1","id":"1","timestamp":-1}]""", "timestamp")]
    [InlineData("""[{"traceId":"1","id":"1"}""", "JSON")]
    public void Bad_lists_are_refused_whole_with_a_reason(string body, string reason)
    {
        var answer = _desk.Take(IngestFormat.ZipkinJson, body);

        Assert.Equal(IngestOutcome.Invalid, answer.Outcome);
        Assert.Contains(reason, answer.Message, StringComparison.Ordinal);
    }

    private JsonArray Export()
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text))
        {
            new ZipkinJson().WriteRequest([new ExportTraceServiceRequest { ResourceSpans = { _desk.Intake.Resources } }.ToByteArray()], json);
        }
        return JsonNode.Parse(text.WrittenSpan)!.AsArray();
    }

    internal static byte[] Field(int number, ReadOnlySpan<byte> content) =>
        [.. Varint((number << 3) | 2), .. Varint(content.Length), .. content];

    internal static byte[] Varint(int value) => value < 128 ? [(byte)value] : [(byte)(value | 0x80), .. Varint(value >> 7)];
}
