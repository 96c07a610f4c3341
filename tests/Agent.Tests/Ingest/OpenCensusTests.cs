// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Ingest;
using Agent.Ingest.Formats;
using OpenTelemetry.Proto.Trace.V1;
using static Agent.Tests.Ingest.ZipkinTests;

namespace Agent.Tests.Ingest;

public sealed class OpenCensusTests
{
    private readonly Desk _desk = new();
    private readonly OpenCensusStream _stream = new();

    private static readonly byte[] Node =
        Field(1, [.. Field(1, [.. Field(1, "host-1"u8), 0x10, 42]), .. Field(2, [0x08, 4, .. Field(3, "0.22"u8)]), .. Field(3, Field(1, "cart"u8))]);

    [Fact]
    public void A_span_keeps_everything()
    {
        byte[] attributes = [.. Field(1, [.. Field(1, "path"u8), .. Field(2, Field(1, Text("/x")))]), .. Field(1, [.. Field(1, "n"u8), .. Field(2, [0x10, 7])]), 0x10, 2];
        byte[] annotation = [.. Field(1, [0x08, 100, 0x10, 5]), .. Field(2, Field(1, Text("note")))];
        byte[] message = [.. Field(1, [0x08, 101]), .. Field(3, [0x08, 1, 0x10, 9, 0x18, 64])];
        byte[] link = [.. Field(1, Id(16)), .. Field(2, Id(8)), 0x18, 2];
        byte[] span =
        [
            .. Field(1, Id(16)), .. Field(2, Id(8)), .. Field(3, Id(8)), .. Field(4, Text("name")), .. Field(5, [0x08, 100, 0x10, 1]), .. Field(6, [0x08, 101]),
            .. Field(7, attributes), .. Field(9, [.. Field(1, annotation), .. Field(1, message), 0x10, 3]), .. Field(10, Field(1, link)),
            .. Field(11, [0x08, 5, .. Field(2, "gone"u8)]), 0x70, 2, .. Field(15, [.. Field(1, [.. Field(1, "a"u8), .. Field(2, "b"u8)]), .. Field(1, [.. Field(1, "c"u8), .. Field(2, "d"u8)])]),
        ];

        var answer = _desk.Take(_stream, (byte[])[.. Node, .. Field(2, span)]);

        Assert.Equal(new IngestAnswer(IngestOutcome.Accepted), answer);
        var resource = Assert.Single(_desk.Intake.Resources).Resource.Attributes.ToDictionary(one => one.Key, one => one.Value);
        Assert.Equal(("cart", "host-1", "go"), (resource["service.name"].StringValue, resource["host.name"].StringValue, resource["telemetry.sdk.language"].StringValue));
        Assert.Equal(42, resource["process.pid"].IntValue);
        var converted = Assert.Single(_desk.Intake.Spans);
        Assert.Equal(("name", Span.Types.SpanKind.Client, "a=b,c=d"), (converted.Name, converted.Kind, converted.TraceState));
        Assert.Equal((100_000_000_001UL, 101_000_000_000UL), (converted.StartTimeUnixNano, converted.EndTimeUnixNano));
        Assert.Equal((Status.Types.StatusCode.Error, "gone"), (converted.Status.Code, converted.Status.Message));
        Assert.Equal("/x", converted.Attributes.Single(one => one.Key == "path").Value.StringValue);
        Assert.Equal(7, converted.Attributes.Single(one => one.Key == "n").Value.IntValue);
        Assert.Equal(5, converted.Attributes.Single(one => one.Key == "rpc.grpc.status_code").Value.IntValue);
        Assert.Equal((2U, 3U), (converted.DroppedAttributesCount, converted.DroppedEventsCount));
        Assert.Equal(["note", "message"], converted.Events.Select(one => one.Name));
        Assert.Equal("parent", Assert.Single(Assert.Single(converted.Links).Attributes).Value.StringValue);
    }

    [Fact]
    public void The_node_holds_until_another_is_named()
    {
        byte[] span = Field(2, [.. Field(1, Id(16)), .. Field(2, Id(8))]);

        _desk.Take(_stream, (byte[])[.. Node, .. span]);
        _desk.Take(_stream, span);
        _desk.Take(_stream, (byte[])[.. Field(1, Field(3, Field(1, "other"u8))), .. Field(3, Field(2, [.. Field(1, "zone"u8), .. Field(2, "z1"u8)])), .. span]);

        var services = _desk.Intake.Resources.Select(one => one.Resource.Attributes.Single(pair => pair.Key == "service.name").Value.StringValue);
        Assert.Equal(["cart", "cart", "other"], services);
        Assert.Contains(_desk.Intake.Resources[2].Resource.Attributes, pair => pair.Key == "zone");
    }

    [Fact]
    public void A_span_without_ids_is_left_out_and_counted()
    {
        var answer = _desk.Take(_stream, (byte[])[.. Field(2, [.. Field(1, Id(16)), .. Field(2, Id(8))]), .. Field(2, Field(2, Id(8)))]);

        Assert.Equal((IngestOutcome.Accepted, 1), (answer.Outcome, answer.Rejected));
        Assert.Equal(1, _desk.Counters.Invalid(IngestProtocol.OpenCensus));
    }

    [Fact]
    public void What_is_no_message_is_refused()
    {
        Assert.Equal(IngestOutcome.Invalid, _desk.Take(_stream, new byte[] { 0x12, 50, 1 }).Outcome);
    }

    private static byte[] Text(string text) => Field(1, Encoding.UTF8.GetBytes(text));

    private static byte[] Id(int size) => [.. Enumerable.Repeat((byte)7, size)];
}
