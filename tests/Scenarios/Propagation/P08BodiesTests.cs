// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Rows P08 and P12: bodies that look like requests, and bodies of every size.</summary>
public sealed class P08BodiesTests : Scenario
{
    private static readonly byte[] Lookalike = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: evil\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 0\r\n\r\n");

    [Fact]
    public void A_body_that_begins_like_a_request_is_not_touched()
    {
        var talk = new Conversation().Step("nodelay 1");
        talk.Send(Request.Post("/body?id=0", Lookalike));
        talk.Send(Request.PostChunked("/body?id=1", Lookalike));
        InTwo(talk, Request.Post("/body?id=2", Lookalike));
        InTwo(talk, Request.PostChunked("/body?id=3", Lookalike, Lookalike));
        InTwo(talk, Request.Post("/body?id=4", [.. Enumerable.Repeat(Lookalike, 5000).SelectMany(part => part)]));
        ChunkByChunk(talk, 5);
        talk.Send(Request.Get("/body?id=6"));

        AllInjected(talk);
    }

    [Fact]
    public void One_write_of_any_size_arrives_without_a_stray_byte()
    {
        var talk = new Conversation();
        for (var size = 1; size <= 64 << 20; size *= 4)
        {
            talk.Send(Request.Post($"/size?id={size}", Request.Body(size, size)));
        }

        AllInjected(talk);
    }

    [Fact]
    public void One_write_of_any_size_arrives_when_the_network_is_short_of_memory()
    {
        Sandbox.Network.Run(() =>
        {
            File.WriteAllText("/proc/sys/net/ipv4/tcp_wmem", "4096 4096 8192");
            File.WriteAllText("/proc/sys/net/ipv4/tcp_rmem", "4096 4096 8192");
            return true;
        });
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);
        var talk = new Conversation();
        for (var size = 1; size <= 8 << 20; size *= 8)
        {
            talk.Send(Request.Post($"/size?id={size}", Request.Body(size, size)));
        }

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
        Assert.Equal(talk.Requests, agent.Counter("injected") + agent.Skipped);
    }

    private static void InTwo(Conversation talk, Request request) =>
        talk.Put(request).Step($"send {request.HeadSize}").Step("sleep 5").Step($"send {request.BodySize}").Step("receive 1");

    private static void ChunkByChunk(Conversation talk, int id)
    {
        var request = Request.PostChunked($"/body?id={id}", Lookalike, Lookalike);
        var line = $"{Lookalike.Length:x}\r\n".Length;
        talk.Put(request).Step($"send {request.HeadSize}");
        foreach (var size in new[] { line, Lookalike.Length, 2, line, Lookalike.Length, 2, 5 })
        {
            talk.Step("sleep 2").Step($"send {size}");
        }

        talk.Step("receive 1");
    }

    private void AllInjected(Conversation talk)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.DoesNotContain(null, added);
        Assert.Equal(talk.Requests, agent.Counter("injected"));
        Assert.Equal(added.Select(context => context!.SpanId).Order(), agent.Spans.Where(span => span.IsClient).Select(span => span.SpanId).Order());
        Assert.Equal(added.Select(context => context!.SpanId).Order(), agent.Spans.Where(span => span.IsServer).Select(span => span.ParentId).Order());
        foreach (var span in agent.Spans.Where(span => span.Path == "/size"))
        {
            Assert.Equal(span.Id, span.Attributes["http.request.body.size"]);
        }
    }
}
