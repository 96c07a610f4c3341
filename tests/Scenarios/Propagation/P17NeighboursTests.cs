// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P17: somebody else's BPF programs on the same cgroup and interface. Whoever comes second, no byte and no span is lost.</summary>
public sealed class P17NeighboursTests : Scenario
{
    private const int Count = 200;

    // Ours are in front of all that were there before, and leave the verdict to whoever comes behind.
    [Theory]
    [InlineData("plain", true)]
    [InlineData("plain", false)]
    [InlineData("tcx", true)]
    [InlineData("tcx", false)]
    [InlineData("tcx-first", true)]
    [InlineData("tcx-first", false)]
    [InlineData("tcx-hides", true)]
    public void Socket_programs_and_traffic_filters(string kind, bool neighbourFirst)
    {
        var (added, agent, seen) = Play(kind, neighbourFirst);

        Assert.DoesNotContain(null, added);
        Assert.Equal(2 * Count, agent.Counter("injected"));
        Assert.True(seen["acknowledged"] > 0, "its callbacks were taken away");
    }

    // A program that puts itself in front of ours later, and accepts packets for good: sockets that block do not come back into our
    // sockmap then. Their connections keep the header of the first request, the others all of them.
    [Fact]
    public void A_traffic_program_that_hides_packets_from_ours_takes_headers_only()
    {
        var (added, agent, _) = Play("tcx-hides", neighbourFirst: false);

        Assert.All(added.Index().Where(request => request.Index % 20 == 0), request => Assert.NotNull(request.Item));
        Assert.InRange(agent.Counter("injected"), 2 * Count / 20, (2 * Count) - 1);
        Linked(agent);
    }

    // The kernel lets one sk_msg program at a time have a socket: the first one that takes it keeps it.
    [Fact]
    public void A_socket_that_is_in_their_sockmap_stays_theirs()
    {
        var (added, agent, seen) = Play("sockmap", neighbourFirst: true);

        Assert.All(added, Assert.Null);
        Assert.Equal((seen["connected"], 2 * Count), (seen["taken"], seen["messages"]));
        Assert.Equal(2 * Count, agent.Counter("skip_not_enrolled"));
        Linked(agent);
    }

    [Fact]
    public void A_socket_that_is_in_our_sockmap_works_without_theirs()
    {
        var (added, agent, seen) = Play("sockmap", neighbourFirst: false);

        Assert.DoesNotContain(null, added);
        Assert.Equal(2 * Count, agent.Counter("injected"));
        Assert.Equal((seen["connected"], 0), (seen["refused"], seen["messages"]));
    }

    // Where the kernel cannot encrypt, the program says so and goes on without.
    [Fact]
    public void Sockets_that_let_the_kernel_encrypt()
    {
        var plain = 2 * Count; // on one connection that blocks, and on another
        using var agent = new Agent(Sandbox);

        var program = new ProgramStart("/usr/bin/python3", "python/ktls.py", $"{Programs.BackendPort}", $"{Count}")
        {
            Input = "\n",
            InputAfterMilliseconds = 1500,
        };
        var said = Sandbox.Start(program).Finish().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        agent.Finish();

        Assert.Equal(("ok", $"{plain}"), (said[0], said[2]));
        Assert.Equal((plain, plain), (agent.Counter("injected"), agent.Spans.Count(span => span.IsClient)));
    }

    // Headers then are for connections that are kept by sockets that do not block, from the second request on.
    [Fact]
    public void Sock_ops_that_somebody_keeps_to_himself()
    {
        var talk = new Conversation().Step("nonblock 1");
        for (var i = 0; i < 2 * Count; i++)
        {
            if (i == Count)
            {
                talk.Reconnect().Step("nonblock 0");
            }

            talk.Send(Request.Post($"/p?id={i}", Request.Body(i, i)));
        }

        var recorder = new Recorder(Sandbox, traced: true);
        var neighbour = Neighbour.Start(Sandbox, "exclusive");
        using var agent = new Agent(Sandbox);
        var added = Play(talk, recorder);
        agent.Finish();

        Assert.Equal(talk.Connections.Count, neighbour.Stop()["connected"]);
        Assert.Equal((2 * Count, 2 * Count), (agent.Spans.Count(span => span.IsClient), agent.Spans.Count(span => span.IsServer)));
        Linked(agent);
        Assert.InRange(added.Take(Count).Count(context => context is not null), Count - 2, Count - 1);
        Assert.All(added.Skip(Count), Assert.Null);
    }

    private static void Linked(Agent agent)
    {
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        Assert.All(agent.Spans.Where(span => span.IsServer), server => Assert.Equal(clients[server.ParentId].Id, server.Id));
    }

    private (List<TraceParent?> Added, Agent Agent, Dictionary<string, long> Seen) Play(string kind, bool neighbourFirst)
    {
        var talk = new Conversation();
        for (var i = 0; i < 2 * Count; i++)
        {
            if (i > 0 && i % 20 == 0)
            {
                talk.Reconnect();
            }

            talk.Step($"nonblock {i % 2}").Send(Request.Post($"/p?id={i}", Request.Body(i, i)));
        }

        var recorder = new Recorder(Sandbox, traced: true);
        var neighbour = neighbourFirst ? Neighbour.Start(Sandbox, kind) : null;
        var agent = new Agent(Sandbox);
        neighbour ??= Neighbour.Start(Sandbox, kind);
        var added = Play(talk, recorder);
        var seen = neighbour.Stop();
        agent.Finish();
        agent.Dispose();

        Assert.Equal(talk.Connections.Count, seen["connected"]);
        Assert.True(seen["ingress"] > 2 * Count && seen["egress"] > 2 * Count, "its filters do not run");
        Assert.Equal(2 * Count, agent.Spans.Count(span => span.IsClient));
        Assert.Equal(2 * Count, agent.Spans.Count(span => span.IsServer));
        return (added, agent, seen);
    }
}
