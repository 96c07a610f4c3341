// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P15: equal addresses and ports do not mix connections up.</summary>
public sealed class P15NamespacesTests : Scenario
{
    private const int Count = 300;
    private const int SourcePort = 40000;

    [Fact]
    public void The_same_addresses_and_ports_in_two_network_namespaces()
    {
        var other = Sandbox.AddNetwork();
        var recorders = new[] { new Recorder(Sandbox, traced: true), new Recorder(Sandbox, traced: true, network: other) };
        NoCrossTalk(recorders, ["127.0.0.1", "127.0.0.1"], [Sandbox.Network, other]);
    }

    [Fact]
    public void The_same_ports_at_two_addresses()
    {
        var recorders = new[] { new Recorder(Sandbox, traced: true, address: "127.0.0.1"), new Recorder(Sandbox, traced: true, address: "127.0.0.2") };
        NoCrossTalk(recorders, ["127.0.0.1", "127.0.0.2"], [Sandbox.Network, Sandbox.Network]);
    }

    private void NoCrossTalk(Recorder[] recorders, string[] addresses, NetworkNamespace[] networks)
    {
        using var agent = new Agent(Sandbox);
        var gate = Sandbox.PathOf("gate");
        var talks = new[] { Talk("a"), Talk("b") };
        var players = talks.Select((talk, i) =>
            StartPlayer(talk, address: addresses[i], sourcePort: SourcePort, network: networks[i], gate: gate)).ToArray();

        File.WriteAllText(gate, "");
        foreach (var player in players)
        {
            player.Finish();
        }

        agent.Finish();
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.ParentId);
        Assert.Equal((2 * Count, 2 * Count), (clients.Count, servers.Count));
        for (var i = 0; i < 2; i++)
        {
            var ids = Compare(talks[i], recorders[i]).Select((context, n) => (clients[context!.SpanId].Id, servers[context.SpanId].Id, n));
            Assert.All(ids, found => Assert.Equal(($"{"ab"[i]}{found.n}", $"{"ab"[i]}{found.n}"), (found.Item1, found.Item2)));
        }
    }

    private static Conversation Talk(string name)
    {
        var talk = new Conversation().Step("pause");
        for (var i = 0; i < Count; i++)
        {
            talk.Send(Request.Get($"/same?id={name}{i}"));
        }

        return talk;
    }
}
