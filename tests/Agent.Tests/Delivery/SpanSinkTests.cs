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
}
