// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>Row G05: a chain of services in six languages is one trace.</summary>
public sealed class G05RelayTests : Scenario
{
    private const int FirstPort = 8001;
    private const int Count = 50;

    [Fact]
    public void Six_services_in_six_languages_are_one_trace()
    {
        for (var i = 0; i < Rpc.Kinds.Length; i++)
        {
            Sandbox.Serve(Rpc.Server(Rpc.Kinds[i], FirstPort + i).Named(Rpc.Kinds[i]), FirstPort + i);
        }

        using var agent = new Agent(Sandbox);
        int[] rest = [.. Enumerable.Range(FirstPort + 1, Rpc.Kinds.Length - 1)];
        var answers = Rpc.Answers(Sandbox.Start(Rpc.Client("go", "hop", FirstPort, Count, 1, rest).Named("client")).Finish());
        agent.Finish();

        Assert.Equal((Count, 2 * Count * Rpc.Kinds.Length), (answers.Count, agent.Spans.Count));
        Assert.Equal(Count, agent.Spans.Select(span => span.TraceId).Distinct().Count());
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(Rpc.ContextOf);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.ParentId);
        Assert.All(answers, answer => IsChain(answer, clients, servers));
    }

    /// <summary>Each service was called by the one before, in the context of what that was asked.</summary>
    private static void IsChain(string[] received, Dictionary<string, Span> clients, Dictionary<string, Span> servers)
    {
        Assert.Equal(Rpc.Kinds.Length, received.Length);
        var (parent, service) = ("", "client");
        for (var i = 0; i < received.Length; i++)
        {
            var client = clients[received[i]];
            var server = servers[client.SpanId];
            Assert.Equal((service, parent), (client.Service, client.ParentId));
            Assert.Equal((Rpc.Kinds[i], client.TraceId), (server.Service, server.TraceId));
            Assert.All(new[] { client, server }, span => Assert.True(RpcSpans.IsMethod(span, "Hop"), span.Name));
            (parent, service) = (server.SpanId, Rpc.Kinds[i]);
        }
    }
}
