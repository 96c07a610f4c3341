// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Rows P05, P06, P07: long request lines, heads in pieces, several requests in one send.</summary>
public sealed class P05RequestLineTests : Scenario
{
    [Theory]
    [InlineData(1024)]
    [InlineData(4096)]
    [InlineData(8192)]
    public void A_long_request_line_is_followed_by_the_context(int size)
    {
        var talk = new Conversation();
        for (var i = 0; i < 10; i++)
        {
            var start = $"/long?id={i}&fill=";
            talk.Send(Request.Get(start + new string('f', size - "GET  HTTP/1.1\r\n".Length - start.Length)));
        }

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        Assert.Equal(10, agent.Counter("injected"));
        MatchedInOrder(added, agent);
    }

    [Fact]
    public void The_request_line_in_a_send_of_its_own()
    {
        var talk = new Conversation().Step("nodelay 1");
        for (var i = 0; i < 20; i++)
        {
            var request = Request.Post($"/line?id={i}", Request.Body(100));
            var line = $"POST /line?id={i} HTTP/1.1\r\n".Length;
            talk.Put(request).Step($"send {line}").Step($"send {request.Size - line}").Step("receive 1");
        }

        InjectedOrCounted(talk);
    }

    [Fact]
    public void Each_byte_in_a_send_of_its_own()
    {
        var talk = new Conversation().Step("nodelay 1");
        for (var i = 0; i < 10; i++)
        {
            talk.Send(Request.Post($"/bytes?id={i}", Request.Body(10)), "bytes");
        }

        InjectedOrCounted(talk);
    }

    [Fact]
    public void Cut_in_two_at_every_place()
    {
        var talk = new Conversation().Step("nodelay 1");
        var size = Request.Get("/cut?id=000", "Accept: */*").Size;
        for (var i = 1; i < size; i++)
        {
            talk.Put(Request.Get($"/cut?id={i:d3}", "Accept: */*")).Step($"send {i}").Step($"send {size - i}").Step("receive 1");
        }

        InjectedOrCounted(talk);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Requests_in_one_send_are_all_injected_and_matched_in_order(int count)
    {
        var talk = new Conversation();
        for (var round = 0; round < 5; round++)
        {
            var size = 0;
            for (var i = 0; i < count; i++)
            {
                var request = i % 3 == 2 ? Request.Post($"/many?id={round}-{i}", Request.Body(50)) : Request.Get($"/many?id={round}-{i}");
                talk.Put(request);
                size += request.Size;
            }

            talk.Step($"send {size}").Step($"receive {count}");
        }

        var (added, agent) = PlayTraced(talk);

        Assert.DoesNotContain(null, added);
        var clients = MatchedInOrder(added, agent);
        Assert.Equal(clients.Select(span => span.Id), clients.Select((_, i) => $"{i / count}-{i % count}"));
        Assert.All(clients.Zip(clients.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.End));
    }

    private void InjectedOrCounted(Conversation talk)
    {
        var (added, agent) = PlayTraced(talk);
        MatchedInOrder([.. added.Where(context => context is not null)], agent);
        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
        Assert.Equal(talk.Requests, agent.Counter("injected") + agent.Skipped);
        Assert.Equal(talk.Requests, agent.Spans.Count(span => span.IsClient));
    }

    private (List<TraceParent?> Added, Agent Agent) PlayTraced(Conversation talk)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);
        var added = Play(talk, recorder);
        agent.Finish();
        return (added, agent);
    }

    private static List<Span> MatchedInOrder(List<TraceParent?> added, Agent agent)
    {
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        var servers = agent.Spans.Where(span => span.IsServer && !span.IsRoot).ToDictionary(span => span.ParentId);
        var ordered = added.Select(context => clients[context!.SpanId]).ToList();
        Assert.All(ordered, span => Assert.Equal((span.TraceId, span.Id), (servers[span.SpanId].TraceId, servers[span.SpanId].Id)));
        return ordered;
    }
}
