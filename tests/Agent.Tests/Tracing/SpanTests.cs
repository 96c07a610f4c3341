// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Tracing;

public class SpanTests
{
    private const string Request =
        "GET /orders/42?color=blue HTTP/1.1\r\nHost: shop.example:8080\r\nUser-Agent: curl/8.1\r\nAccept: */*\r\n\r\n";

    [Fact]
    public void Server_request_is_exactly_the_message_that_the_object_model_would_make()
    {
        var e = Exchanges.Event(Role.Server);
        e.Link = Contract.Link.Header;
        e.RequestBodySize = 7;
        e.ResponseBodySize = 300_000;

        var actual = Exchanges.Export(e, Encoding.ASCII.GetBytes(Request), "HTTP/1.1 200 OK\r\n"u8.ToArray());

        var span = actual.ResourceSpans[0].ScopeSpans[0].Spans[0];
        Assert.Equal(12_400_000UL, span.EndTimeUnixNano - span.StartTimeUnixNano);
        var expected = new Span
        {
            TraceId = ByteString.CopyFrom(Exchanges.TraceId),
            SpanId = ByteString.CopyFrom(Exchanges.SpanId),
            ParentSpanId = ByteString.CopyFrom(Exchanges.ParentId),
            Flags = 0x301,
            Name = "GET /orders/*",
            Kind = Span.Types.SpanKind.Server,
            StartTimeUnixNano = span.StartTimeUnixNano,
            EndTimeUnixNano = span.EndTimeUnixNano,
            Attributes =
            {
                Text("http.request.method", "GET"),
                Text("http.route", "/orders/*"),
                Text("url.path", "/orders/42"),
                Text("url.query", "color=blue"),
                Text("url.scheme", "http"),
                Text("server.address", "shop.example"),
                Integer("server.port", 8080),
                Text("client.address", "10.0.0.2"),
                Text("user_agent.original", "curl/8.1"),
                Text("network.protocol.version", "1.1"),
                Integer("http.request.body.size", 7),
                Integer("http.response.body.size", 300_000),
                Integer("process.pid", 4321),
                Integer("thread.id", 4322),
                Integer("http.response.status_code", 200),
                Text("hilo.link", "header"),
                Text("network.peer.address", "10.0.0.2"),
                Integer("network.peer.port", 50000),
                Text("network.local.address", "10.0.0.1"),
                Integer("network.local.port", 8080),
            },
        };
        Assert.Equal(Enclose(expected), actual);
    }

    [Fact]
    public void Client_request_is_exactly_the_message_that_the_object_model_would_make()
    {
        var e = Exchanges.Event(Role.Client, status: 404);
        e.Link = Contract.Link.Thread;
        e.Carrier = Carrier.Injected;

        var actual = Exchanges.Export(e, Encoding.ASCII.GetBytes(Request), "HTTP/1.1 404 Not Found\r\n"u8.ToArray());

        var span = actual.ResourceSpans[0].ScopeSpans[0].Spans[0];
        var expected = new Span
        {
            TraceId = ByteString.CopyFrom(Exchanges.TraceId),
            SpanId = ByteString.CopyFrom(Exchanges.SpanId),
            ParentSpanId = ByteString.CopyFrom(Exchanges.ParentId),
            Flags = 0x101,
            Name = "GET",
            Kind = Span.Types.SpanKind.Client,
            StartTimeUnixNano = span.StartTimeUnixNano,
            EndTimeUnixNano = span.EndTimeUnixNano,
            Status = new Status { Code = Status.Types.StatusCode.Error },
            Attributes =
            {
                Text("http.request.method", "GET"),
                Text("server.address", "shop.example"),
                Integer("server.port", 8080),
                Text("url.full", "http://shop.example:8080/orders/42?color=blue"),
                Text("user_agent.original", "curl/8.1"),
                Text("network.protocol.version", "1.1"),
                Text("error.type", "404"),
                Integer("process.pid", 4321),
                Integer("thread.id", 4322),
                Integer("http.response.status_code", 404),
                Text("hilo.link", "thread"),
                Text("hilo.propagation", "injected"),
                Text("network.peer.address", "10.0.0.2"),
                Integer("network.peer.port", 9000),
                Text("network.local.address", "10.0.0.1"),
                Integer("network.local.port", 40000),
            },
        };
        Assert.Equal(Enclose(expected), actual);
    }

    [Fact]
    public void Root_has_no_parent_field()
    {
        var e = Exchanges.Event(Role.Server);
        e.ParentId = default;

        Assert.True(Exchanges.Span(e, Request).ParentSpanId.IsEmpty);
    }

    [Fact]
    public void Times_are_unix_time()
    {
        var e = Exchanges.Event(Role.Server);
        var time = TimeProvider.System;
        e.StartNs = (ulong)(time.GetTimestamp() * (1_000_000_000 / time.TimestampFrequency));
        e.EndNs = e.StartNs + 1;

        var before = (ulong)(DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;
        var start = Exchanges.Span(e, Request).StartTimeUnixNano / 1_000_000;

        Assert.InRange(start, before - 1000, before + 1000);
    }

    [Fact]
    public void Clock_that_seems_to_run_backwards_makes_no_negative_duration()
    {
        var e = Exchanges.Event(Role.Server);
        e.EndNs = e.StartNs - 5;

        var span = Exchanges.Span(e, Request);

        Assert.Equal(span.StartTimeUnixNano, span.EndTimeUnixNano);
    }

    [Theory]
    [InlineData("GET /caf\xe9 HTTP/1.1\r\nUser-Agent: \xff\xfe tool\r\n\r\n")]
    [InlineData("G\x80T / HTTP/1.1\r\n\r\n")]
    [InlineData("\x00\x01\x02\x03")]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("GET")]
    [InlineData("GET ")]
    [InlineData("GET http://[ HTTP/1.1\r\nHost: [\r\n\r\n")]
    [InlineData("GET http:// HTTP/1.1\r\nForwarded: for=;host=;proto\r\n\r\n")]
    public void Any_bytes_on_the_wire_make_a_span_that_parses(string request)
    {
        foreach (var role in new[] { Role.Server, Role.Client })
        {
            var span = Exchanges.Span(Exchanges.Event(role), request);

            Assert.NotEmpty(span.Name);
            Assert.Contains("http.request.method", span.Attributes().Keys);
        }
    }

    [Fact]
    public void Every_prefix_of_a_request_makes_a_span_that_parses()
    {
        for (var size = 0; size <= Request.Length; size++)
        {
            Assert.NotEmpty(Exchanges.Span(Exchanges.Event(Role.Server), Request[..size]).Name);
            Assert.NotEmpty(Exchanges.Span(Exchanges.Event(Role.Client), Request[..size]).Name);
        }
    }

    [Fact]
    public void Random_bytes_make_spans_that_parse()
    {
        var random = new Random(7);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            "GET /"u8[..Math.Min(5, bytes.Length)].CopyTo(bytes);
            var e = Exchanges.Event(round % 2 == 0 ? Role.Server : Role.Client);

            var spans = Exchanges.Export(e, bytes, bytes).ResourceSpans[0].ScopeSpans[0].Spans;

            Assert.Single(spans);
        }
    }

    [Fact]
    public void Text_of_every_length_is_written_whole()
    {
        // From nothing, over the longest attribute with one-byte lengths, to two-byte lengths inside and out.
        for (var size = 0; size < 400; size++)
        {
            var agent = new string('a', size) + "z";
            var request = $"GET / HTTP/1.1\r\nUser-Agent: {agent}\r\n\r\n";

            Assert.Equal(agent, Exchanges.Span(Exchanges.Event(Role.Server), request).Attributes()["user_agent.original"]);
        }
    }

    [Fact]
    public void Integers_of_every_length_are_written_whole()
    {
        for (var bits = 0; bits < 63; bits++)
        {
            foreach (var value in new[] { 1UL << bits, (1UL << bits) - 1, (1UL << bits) + 1 })
            {
                var e = Exchanges.Event(Role.Server);
                e.RequestBodySize = value;
                var written = Exchanges.Span(e, Request).Attributes().GetValueOrDefault("http.request.body.size", "0");
                Assert.Equal($"{value}", written);
            }
        }
    }

    [Fact]
    public void Resource_larger_than_a_batch_still_carries_its_spans()
    {
        var ledger = new Ledger();
        var spans = 0;
        var writer = new ExchangeSpans(new Clock(), new HttpMethods());
        var sink = new SpanSink(writer, ledger, TimeSpan.Zero, batch =>
        {
            spans += ExportTraceServiceRequest.Parser.ParseFrom(batch.Encoded.Span).ResourceSpans[0].ScopeSpans[0].Spans.Count;
            batch.Release();
        });
        var large = Exchanges.ResourceOf(new string('x', 70_000));
        var heads = Encoding.ASCII.GetBytes(Request + new string('y', 30_000));
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)heads.Length;

        for (var i = 0; i < 1000; i++)
        {
            sink.Write(large, e, heads);
        }

        sink.Flush();
        Assert.Equal((1000, 0), (spans, sink.Pending));
        Assert.Equal(0, ledger.Balance(_ => 0).Dropped);
    }

    [Fact]
    public void Long_text_is_cut_between_characters()
    {
        var target = "/" + string.Concat(Enumerable.Repeat("\xc3\xa9", 10_000));

        var path = Exchanges.Span(Exchanges.Event(Role.Server), $"GET {target} HTTP/1.1\r\n\r\n").Attributes()["url.path"];

        Assert.InRange(Encoding.UTF8.GetByteCount(path), 4090, 4096);
        Assert.DoesNotContain('\ufffd', path);
    }

    [Fact]
    public void Invalid_bytes_become_replacement_characters()
    {
        var span = Exchanges.Span(Exchanges.Event(Role.Server), "GET /caf\xe9/x HTTP/1.1\r\n\r\n");

        Assert.Equal("/caf\ufffd/x", span.Attributes()["url.path"]);
    }

    private static ExportTraceServiceRequest Enclose(Span span) => new()
    {
        ResourceSpans =
        {
            new ResourceSpans
            {
                Resource = new Resource { Attributes = { Text("service.name", "shop") } },
                ScopeSpans =
                {
                    new ScopeSpans { Scope = new InstrumentationScope { Name = "hilo", Version = "0.1.0" }, Spans = { span } },
                },
            },
        },
    };

    private static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    private static KeyValue Integer(string key, long value) => new() { Key = key, Value = new AnyValue { IntValue = value } };
}
