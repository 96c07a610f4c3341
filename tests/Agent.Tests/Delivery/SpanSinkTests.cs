// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tests.Tracing;
using Agent.Tracing;

namespace Agent.Tests.Delivery;

/// <summary>When batches leave.</summary>
public class SpanSinkTests
{
    private static readonly byte[] Head = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n");

    [Fact]
    public void The_first_batch_leaves_at_once_and_the_next_waits()
    {
        var left = 0;
        var sink = new SpanSink(new ExchangeSpans(new Clock(), new HttpMethods()), new Ledger(), TimeSpan.FromHours(1), batch =>
        {
            left++;
            batch.Release();
        });
        var resource = Exchanges.ResourceOf("shop");
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)Head.Length;

        sink.Tick();
        Assert.Equal(0, left);
        sink.Write(resource, e, Head);
        sink.Tick();
        Assert.Equal((1, 0), (left, sink.Pending));
        sink.Write(resource, e, Head);
        sink.Tick();
        Assert.Equal((1, 1), (left, sink.Pending));
        sink.Flush();
        Assert.Equal((2, 0), (left, sink.Pending));
    }

    [Fact]
    public void Spans_wait_for_their_names_and_leave_with_them()
    {
        var left = new List<string>();
        var sink = Sink(left);
        var resource = new SpanResource(Exchanges.ResourceOf("short").Encoded, Environment.TickCount64 + 60_000);
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)Head.Length;

        for (var i = 0; i < 2000; i++)
        {
            sink.Write(resource, e, Head);
        }
        sink.Tick();
        Assert.Empty(left);
        Assert.Equal(2000, sink.Pending);
        var name = new string('n', 3000); // larger than the room that was left for it
        resource.Improve(Exchanges.ResourceOf(name).Encoded, isSettled: true);
        sink.Tick();
        sink.Flush();
        Assert.Equal(0, sink.Pending);
        Assert.Equal(2000, left.Count);
        Assert.All(left, service => Assert.Equal(name, service));
    }

    [Fact]
    public void What_has_no_room_to_wait_leaves_without_names()
    {
        var left = new List<string>();
        var sink = Sink(left);
        var resource = new SpanResource(Exchanges.ResourceOf("short").Encoded, Environment.TickCount64 + 600_000);
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)Head.Length;

        for (var i = 0; i < 200_000; i++)
        {
            sink.Write(resource, e, Head);
        }
        Assert.InRange(left.Count, 1, 199_999);
        Assert.Equal(200_000, left.Count + sink.Pending);
        sink.Flush();
        Assert.Equal((200_000, 0), (left.Count, sink.Pending));
    }

    private static SpanSink Sink(List<string> left) => new(new ExchangeSpans(new Clock(), new HttpMethods()), new Ledger(), TimeSpan.FromMilliseconds(1), batch =>
    {
        var request = OpenTelemetry.Proto.Collector.Trace.V1.ExportTraceServiceRequest.Parser.ParseFrom(batch.Encoded.Span);
        var name = request.ResourceSpans[0].Resource.Attributes.Single(one => one.Key == "service.name").Value.StringValue;
        left.AddRange(request.ResourceSpans[0].ScopeSpans[0].Spans.Select(_ => name));
        batch.Release();
    });
}
