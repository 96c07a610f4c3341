// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Row P21: connections that are older than the agent.</summary>
public sealed class P21OpenConnectionsTests : Scenario
{
    [Theory]
    [InlineData("nonblock 0")]
    [InlineData("nonblock 1")]
    public void Traced_from_the_next_request(string mode)
    {
        var talk = new Conversation().Step(mode);
        Requests(talk, 0, 5).Step("pause");
        Requests(talk, 5, 10);

        var (added, agent) = PlayAround(talk);

        Assert.All(added.Take(5), Assert.Null);
        Assert.Equal(5, agent.Counter("injected") + agent.Skipped);
        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
        Assert.Equal(5, agent.Spans.Count(span => span.IsClient));
        Assert.Equal(5, agent.Spans.Count(span => span.IsServer));
        Assert.True(agent.Counter("stream_existed") >= 1, "nothing says that these connections are older");
    }

    [Fact]
    public void The_rest_of_a_body_that_began_before_is_not_taken_for_a_request()
    {
        var lookalike = Encoding.ASCII.GetBytes("GET /inside HTTP/1.1\r\nHost: x\r\n\r\n");
        var request = Request.Post("/half", [.. Request.Body(100_000), .. lookalike, .. lookalike, .. Request.Body(50_000)]);
        var talk = new Conversation().Put(request).Step($"send {request.HeadSize + 100_000}").Step("sleep 50").Step("pause");
        talk.Step($"send {lookalike.Length}").Step($"send {lookalike.Length}").Step("send 50000").Step("receive 1");
        Requests(talk, 1, 6);

        var (added, agent) = PlayAround(talk);

        Assert.Null(added[0]);
        Assert.DoesNotContain(agent.Spans, span => span.Path == "/inside");
        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
        Assert.True(agent.Spans.Any(span => span.Path == "/old") || agent.Counter("stream_existed") > 0, "neither traced nor counted");
    }

    private (List<TraceParent?> Added, Agent Agent) PlayAround(Conversation talk)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        var gate = Sandbox.PathOf("gate");
        var player = StartPlayer(talk, gate: gate);
        Thread.Sleep(300);
        using var agent = new Agent(Sandbox);
        File.WriteAllText(gate, "");
        player.Finish();
        agent.Finish();
        return (Compare(talk, recorder), agent);
    }

    private static Conversation Requests(Conversation talk, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            talk.Send(i % 2 == 0 ? Request.Get($"/old?id={i}") : Request.Post($"/old?id={i}", Request.Body(300)));
        }

        return talk;
    }
}
