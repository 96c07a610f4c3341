// SPDX-License-Identifier: Apache-2.0
using System.Text.Json;
using System.Text.Json.Nodes;
using Agent.Delivery.Exporters;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Delivery.Exporters;

/// <summary>OTLP lines in a file, and Zipkin: what Google's classes wrote must be what comes out.</summary>
public sealed class JsonTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_holds_the_same_in_lines()
    {
        var request = Everything();
        var options = Sending.Read(
            ("HILO_RECEIVERS", "a"), ("HILO_RECEIVER_A_TYPE", "file"), ("HILO_RECEIVER_A_ENDPOINT", _folder.Of("spans.jsonl")));

        Assert.Equal(new(SendOutcome.Accepted), await SendAsync(options, request));
        Assert.Equal(new(SendOutcome.Accepted), await SendAsync(options, request));

        var lines = await File.ReadAllLinesAsync(_folder.Of("spans.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal(2, lines.Length);
        Assert.Equal(lines[0], lines[1]);
        var expected = JsonNode.Parse(JsonFormatter.Default.Format(request))!;
        AsOtlpHasIt(expected);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(lines[0])), $"{expected.ToJsonString()}\n{lines[0]}");
    }

    [Fact]
    public async Task Torn_line_is_ended_and_a_file_that_cannot_be_written_is_tried_again()
    {
        var options = Sending.Read(
            ("HILO_RECEIVERS", "a"), ("HILO_RECEIVER_A_TYPE", "file"), ("HILO_RECEIVER_A_ENDPOINT", _folder.Of("deeper/spans.jsonl")));

        var refused = await SendAsync(options, Everything());
        Directory.CreateDirectory(_folder.Of("deeper"));
        await File.WriteAllTextAsync(_folder.Of("deeper/spans.jsonl"), "{\"resourceSp", TestContext.Current.CancellationToken);
        var accepted = await SendAsync(options, Everything());

        Assert.Equal((SendOutcome.TryAgain, SendOutcome.Accepted), (refused.Outcome, accepted.Outcome));
        Assert.Contains("spans.jsonl", refused.Message, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(_folder.Of("deeper/spans.jsonl"), TestContext.Current.CancellationToken);
        Assert.Equal("{\"resourceSp", lines[0]);
        Assert.Equal(2, lines.Length);
        JsonDocument.Parse(lines[1]).Dispose();
    }

    [Fact]
    public async Task Full_disk_is_tried_again()
    {
        var options = new ReceiverOptions { Name = "full", Endpoint = new Uri("file:///dev/full"), Protocol = ReceiverProtocol.File };

        var result = await SendAsync(options, Everything());

        Assert.Equal(SendOutcome.TryAgain, result.Outcome);
        Assert.Contains("space", result.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Zipkin(string compression)
    {
        using var receiver = new Receiver((_, response) =>
        {
            response.StatusCode = 202;
            return Task.CompletedTask;
        });
        var options = Sending.Read(
            ("HILO_RECEIVERS", "a"), ("HILO_RECEIVER_A_TYPE", "zipkin"), ("HILO_RECEIVER_A_ENDPOINT", $"http://127.0.0.1:{receiver.Port}"),
            ("HILO_RECEIVER_A_COMPRESSION", compression));

        Assert.Equal(new(SendOutcome.Accepted), await SendAsync(options, Everything()));

        var (path, headers) = Assert.Single(receiver.Seen);
        Assert.Equal(("/api/v2/spans", "application/json"), (path, headers["Content-Type"]));
        var expected = JsonNode.Parse(await File.ReadAllTextAsync(ServerProgram.File("zipkin.json"), TestContext.Current.CancellationToken));
        var actual = JsonNode.Parse(receiver.Bodies[0]);
        Assert.True(JsonNode.DeepEquals(expected, actual), $"{actual}");
    }

    private static async Task<SendResult> SendAsync(ReceiverOptions options, ExportTraceServiceRequest message)
    {
        using var exporter = options.CreateExporter();
        var request = new ExportRequest();
        foreach (var entry in message.ResourceSpans)
        {
            request.Add(new ExportTraceServiceRequest { ResourceSpans = { entry } }.ToByteArray(), 1);
        }

        return await exporter.SendAsync(request, TestContext.Current.CancellationToken);
    }

    // Three things are not as in ordinary JSON of protobuf: ids, enums, and numbers of 32 bits stay.
    private static void AsOtlpHasIt(JsonNode node)
    {
        if (node is JsonArray array)
        {
            array.ToList().ForEach(item => AsOtlpHasIt(item!));
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToList())
            {
                switch (name)
                {
                    case "traceId" or "spanId" or "parentSpanId":
                        members[name] = Convert.ToHexStringLower(Convert.FromBase64String((string)value!));
                        break;
                    case "kind":
                        members[name] = (int)Enum.Parse<Span.Types.SpanKind>(((string)value!).Split('_')[^1], ignoreCase: true);
                        break;
                    case "code":
                        members[name] = (int)Enum.Parse<Status.Types.StatusCode>(((string)value!).Split('_')[^1], ignoreCase: true);
                        break;
                    default:
                        AsOtlpHasIt(value!);
                        break;
                }
            }
        }
    }

    private static ExportTraceServiceRequest Everything()
    {
        var request = new ExportTraceServiceRequest();
        var call = Make(1, "GET", Span.Types.SpanKind.Client, Text("server.address", "stock"), Number("server.port", 8080), Text("network.peer.address", "10.0.0.9"), Number("network.peer.port", 80));
        call.ParentSpanId = ByteString.CopyFrom(9, 9, 9, 9, 9, 9, 9, 9);
        call.TraceState = "a=b";
        call.Flags = 0x101;
        call.Status = new Status { Code = Status.Types.StatusCode.Error, Message = "no \"stock\"\n" };
        call.DroppedAttributesCount = 3;
        call.Events.Add(new Span.Types.Event { TimeUnixNano = 1_700_000_000_000_500_999, Name = "retry" });
        call.Events.Add(new Span.Types.Event { TimeUnixNano = 1_700_000_000_000_600_000, Name = "lost", Attributes = { Number("times", 2), Text("why", "é") } });
        call.Links.Add(new Span.Types.Link { TraceId = call.TraceId, SpanId = call.SpanId, TraceState = "c=d", Attributes = { Text("k", "v") }, Flags = 1 });
        var served = Make(2, "GET /a", Span.Types.SpanKind.Server, Text("client.address", "2001:db8::1"), Text("network.peer.address", "10.0.0.7"), Number("network.peer.port", 4711));
        served.Status = new Status { Code = Status.Types.StatusCode.Ok };
        var inside = Make(
            3, "work", Span.Types.SpanKind.Internal,
            new KeyValue { Key = "truth", Value = new AnyValue { BoolValue = true } },
            new KeyValue { Key = "half", Value = new AnyValue { DoubleValue = -0.5 } },
            new KeyValue { Key = "bytes", Value = new AnyValue { BytesValue = ByteString.CopyFrom(1, 2, 255) } },
            new KeyValue { Key = "list", Value = new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { StringValue = "a\"" }, new AnyValue { IntValue = -7 } } } } },
            new KeyValue { Key = "map", Value = new AnyValue { KvlistValue = new KeyValueList { Values = { Number("deep", long.MaxValue) } } } },
            Text("error", "false"),
            Text("host.name", "span wins"));
        inside.EndTimeUnixNano = inside.StartTimeUnixNano + 10; // less than a microsecond
        request.ResourceSpans.Add(new ResourceSpans
        {
            Resource = new Resource { Attributes = { Text("service.name", "shop"), Text("host.name", "h") } },
            SchemaUrl = "https://schema/1",
            ScopeSpans =
            {
                new ScopeSpans { Scope = new InstrumentationScope { Name = "hilo", Version = "1", Attributes = { Text("s", "t") } }, Spans = { call, served } },
                new ScopeSpans { Spans = { inside } },
            },
        });
        request.ResourceSpans.Add(new ResourceSpans
        {
            Resource = new Resource { DroppedAttributesCount = 1 },
            ScopeSpans = { new ScopeSpans { Spans = { Make(4, "send", Span.Types.SpanKind.Producer, Text("peer.service", "queue"), Text("server.address", "192.0.2.1")) } } },
        });
        return request;
    }

    private static Span Make(byte id, string name, Span.Types.SpanKind kind, params KeyValue[] attributes) => new()
    {
        TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)0xab, 15), id]),
        SpanId = ByteString.CopyFrom(0, 0, 0, 0, 0, 0, 0xcd, id),
        Name = name,
        Kind = kind,
        StartTimeUnixNano = 1_700_000_000_000_000_999,
        EndTimeUnixNano = 1_700_000_000_002_000_000,
        Attributes = { attributes },
    };

    private static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static KeyValue Number(string key, long value) => new() { Key = key, Value = new AnyValue { IntValue = value } };
}
