// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Text.Json;
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Tests.Tracing;
using Agent.Tracing;

namespace Agent.Tests.Delivery;

public class PrinterTests
{
    private readonly StringBuilder _output = new();

    [Fact]
    public void Text_is_one_line()
    {
        Print(new TextPrinter(TimeZoneInfo.Utc), Spans.Client("shop", 2, 1, 0, 12.4, "GET /a?b HTTP/1.1\r\nHost: api:81\r\n\r\n", 503));

        Assert.Equal(
            "10:31:07.123 client shop         → GET api:81/a                       503  12.4 ms  "
            + "trace=4bf92f3577b34da6a3ce929d0e0e4736 span=0000000000000002 parent=0000000000000001\n",
            _output.ToString());
    }

    [Fact]
    public void Json_is_one_object_per_line()
    {
        var printer = new JsonPrinter();
        Print(printer, Spans.Server("shop \u001b[2J", 1, 0, 0, 12.4, "GET /a\"\x01 HTTP/1.1\r\nHost: api:81\r\n\r\n", 500));
        Print(printer, Spans.Client("shop", 2, 1, 0, 1, "GET / HTTP/1.1\r\n\r\n"));

        var lines = _output.ToString().Split('\n');
        Assert.Equal(3, lines.Length);
        using var json = JsonDocument.Parse(lines[0]);
        var span = json.RootElement;
        Assert.Equal("4bf92f3577b34da6a3ce929d0e0e4736", span.GetProperty("traceId").GetString());
        Assert.Equal("0000000000000001", span.GetProperty("spanId").GetString());
        Assert.False(span.TryGetProperty("parentSpanId", out _));
        Assert.Equal("GET /*", span.GetProperty("name").GetString());
        Assert.Equal("server", span.GetProperty("kind").GetString());
        Assert.Equal("shop \u001b[2J", span.GetProperty("service").GetString());
        Assert.Equal("2024-11-22T10:31:07.123000000Z", span.GetProperty("start").GetString());
        Assert.Equal(12_400_000, span.GetProperty("durationNs").GetInt64());
        Assert.Equal("/a\"\x01", span.GetProperty("attributes").GetProperty("url.path").GetString());
        Assert.Equal(81, span.GetProperty("attributes").GetProperty("server.port").GetInt64());
        Assert.Equal("error", span.GetProperty("status").GetProperty("code").GetString());
        Assert.Equal("0000000000000001", JsonDocument.Parse(lines[1]).RootElement.GetProperty("parentSpanId").GetString());
    }

    [Fact]
    public void Json_has_the_attributes_of_a_call_and_lists_of_texts()
    {
        var headers = HeaderOptions.Read(name => name == "HILO_CAPTURE_REQUEST_HEADERS" ? "X-Tenant" : null);
        byte[] notes = [.. Exchanges.Note(NoteKind.RequestHeader, 0, "blue"), .. Exchanges.Note(NoteKind.RequestHeader, 0, "red")];
        var request = Encoding.ASCII.GetBytes(Exchanges.CallHead);

        Print(new JsonPrinter(), Exchanges.Encode(Exchanges.Call(Role.Server, 0), request, [], notes: notes, headers: headers));

        using var json = JsonDocument.Parse(_output.ToString());
        var attributes = json.RootElement.GetProperty("attributes");
        Assert.Equal("shop.v1.Orders/Place", json.RootElement.GetProperty("name").GetString());
        Assert.Equal(0, attributes.GetProperty("rpc.grpc.status_code").GetInt64());
        Assert.Equal("""["blue","red"]""", attributes.GetProperty("http.request.header.x-tenant").GetRawText());
        Assert.Equal("10.0.0.1", attributes.GetProperty("network.local.address").GetString());
    }

    [Fact]
    public void Control_characters_from_the_wire_do_not_reach_the_terminal()
    {
        Print(new TextPrinter(TimeZoneInfo.Utc), Spans.Server("a\u001b]0;x\u0007", 1, 0, 0, 1, "GET /\u001b[2J/\xc2\x9b HTTP/1.1\r\n\r\n"));

        Assert.DoesNotContain(_output.ToString()[..^1], char.IsControl);
    }

    [Theory]
    [InlineData(0, "0 ns")]
    [InlineData(999, "999 ns")]
    [InlineData(1_000, "1.00 µs")]
    [InlineData(12_449, "12.4 µs")]
    [InlineData(99_949, "99.9 µs")]
    [InlineData(99_950, "100 µs")]
    [InlineData(999_499, "999 µs")]
    [InlineData(999_500, "1.00 ms")]
    [InlineData(12_400_000, "12.4 ms")]
    [InlineData(1_234_000_000, "1.23 s")]
    [InlineData(95_000_000_000, "95.0 s")]
    [InlineData(3_600_000_000_000, "3600 s")]
    public void Durations(ulong nanoseconds, string text) => Assert.Equal(text, DurationText.Format(nanoseconds));

    [Theory]
    [InlineData(0, 100, 10, false, "██████████")]
    [InlineData(0, 50, 10, false, "█████")]
    [InlineData(5, 95, 10, false, "▐████████▌")]
    [InlineData(5, 95, 10, true, "╺━━━━━━━━╸")]
    [InlineData(0, 0, 10, false, "▌")]
    [InlineData(100, 100, 10, false, "         ▐")]
    [InlineData(50, 51, 10, true, "     ╸")]
    public void Bars(ulong start, ulong end, int width, bool isClient, string bar) =>
        Assert.Equal(bar, TimeBar.Draw(start, end, 100, width, isClient));

    [Fact]
    public async Task Printing_counts_as_exported_when_there_is_no_receiver()
    {
        var ledger = new Ledger();
        using var output = new MemoryStream();
        using (var pipeline = DeliveryPipeline.Start(new DeliveryOptions(), ledger, Spans.Plain(100), output, _ => { }))
        {
            for (var i = 0; i < 100; i++)
            {
                pipeline.Sink.Write(Exchanges.ResourceOf("shop"), Exchanges.Event(Role.Server), []);
            }

            await pipeline.StopAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(100, ledger.Balance(_ => 0).Exported);
        Assert.StartsWith("trace 101112131415161718191a1b1c1d1e1f", Encoding.UTF8.GetString(output.ToArray()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_that_go_nowhere_are_dropped_with_a_reason()
    {
        var ledger = new Ledger();
        using var output = new MemoryStream();
        using (var pipeline = DeliveryPipeline.Start(
            new DeliveryOptions { Printer = TracePrinter.Disabled }, ledger, Spans.Plain(100), output, _ => { }))
        {
            pipeline.Sink.Write(Exchanges.ResourceOf("shop"), Exchanges.Event(Role.Server), []);
            await pipeline.StopAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal((1, 0), (ledger.Balance(_ => 0).DroppedFor(DropReason.NoReceiver), output.Length));
    }

    [Fact]
    public async Task Receiver_answers_for_spans_that_are_printed_too()
    {
        using var receiver = new Receiver();
        var ledger = new Ledger();
        using var output = new MemoryStream();
        var options = new DeliveryOptions { Receivers = [new() { Name = "receiver", Endpoint = receiver.Endpoint }], Printer = TracePrinter.Json };
        using (var pipeline = DeliveryPipeline.Start(options, ledger, Spans.Plain(100), output, _ => { }))
        {
            for (var i = 0; i < 100; i++)
            {
                pipeline.Sink.Write(Exchanges.ResourceOf("shop"), Exchanges.Event(Role.Server), []);
            }

            await pipeline.StopAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(100, ledger.Balance(_ => 0).Exported);
        Assert.Equal(100, receiver.Spans);
        Assert.Equal(100, Encoding.UTF8.GetString(output.ToArray()).Count(character => character == '\n'));
    }

    [Fact]
    public async Task Closed_output_is_counted_not_thrown()
    {
        var ledger = new Ledger();
        using var output = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        using (var pipeline = DeliveryPipeline.Start(
            new DeliveryOptions { Printer = TracePrinter.Text }, ledger, Spans.Plain(100), output, _ => { }))
        {
            pipeline.Sink.Write(Exchanges.ResourceOf("shop"), Exchanges.Event(Role.Server), []);
            await pipeline.StopAsync(TimeSpan.FromSeconds(10));
        }

        Assert.Equal(1, ledger.Balance(_ => 0).DroppedFor(DropReason.Undelivered));
    }

    private void Print(ISpanPrinter printer, byte[] batch)
    {
        var spans = new SpanReader(batch);
        while (spans.Next())
        {
            printer.Add(spans.Current, _output);
        }
    }
}
