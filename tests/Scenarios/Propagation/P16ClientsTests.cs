// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P16: ways to wait for an answer that the clients of row P01 do not use.</summary>
public sealed class P16ClientsTests : Scenario
{
    [Fact]
    public void A_client_on_libev_gets_every_answer()
    {
        const int Count = 2000;
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var report = Sandbox.Start(new ProgramStart(
            "h2load", "--h1", $"--requests={Count}", "--clients=8", "--threads=1", $"{Backend}/size/3000")).Finish();
        agent.Finish();

        Assert.Contains($"{Count} succeeded, 0 failed, 0 errored, 0 timeout", report, StringComparison.Ordinal);
        var written = TraceParent.ReadAll([.. recorder.Take().SelectMany(bytes => bytes)]).Select(context => context.SpanId).ToHashSet();
        Assert.Equal(agent.Counter("injected"), written.Count);
        Assert.Equal(Count, agent.Counter("injected") + agent.Skipped);
        Assert.Equal((Count, Count), (agent.Spans.Count(span => span.IsClient), agent.Spans.Count(span => span.IsServer)));
    }

    /// <summary>The ring comes before the connection, and its socket stays out of the sockmap, or after it was put there.</summary>
    [Theory]
    [InlineData("uring", 0)]
    [InlineData("send", 0)]
    [InlineData("send", 1)]
    public void Answers_are_received_by_io_uring(string way, int nonBlocking)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);
        var talk = new Conversation().Step($"nonblock {nonBlocking}").Step("ringreads 1");
        for (var i = 0; i < 200; i++)
        {
            talk.Send(Request.Get(i % 10 == 0 ? $"/size/300000?id={i}" : i % 10 == 1 ? $"/slow/3?id={i}" : $"/ring?id={i}"), way);
        }

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.Equal(agent.Counter("injected"), added.Count(context => context is not null));
        Assert.Equal(talk.Requests, agent.Counter("injected") + agent.Skipped);
        Assert.Equal(2 * talk.Requests, agent.Spans.Count);
    }
}
