// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>Row G03: the context of an application is adopted, and not doubled, however it stands in the header block.</summary>
public sealed class G03OwnContextTests : Scenario
{
    private const int Port = 8001;

    public static TheoryData<string> Servers { get; } = [.. Web2.Kinds];

    [Theory]
    [MemberData(nameof(Servers))]
    public void The_context_of_the_application_is_adopted(string server)
    {
        Sandbox.Serve(Web2.Server(server, Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var answers = Answer.ReadAll(Sandbox.Start(Web2.Frames(Port, "plain", "huffman", "indexed", "mixed").Named("client")).Finish());
        agent.Finish();

        Assert.Equal(2 * answers.Count, agent.Spans.Count);
        var own = answers.Where(answer => answer.Sent.Length > 0).ToList();
        Assert.Equal((19L, 10L, 0L), (agent.Counter("adopted"), agent.Counter("injected"), agent.Skipped));
        Assert.Equal(19, own.Count);
        Assert.All(own, answer => Assert.Equal(answer.Sent, answer.Received));

        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.Id);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.Id);
        Assert.Equal(
            answers.Select(answer => (answer.Case, answer.Received)).Order(),
            clients.Values.Select(span => (span.Id.Split('-')[0], Rpc.ContextOf(span))).Order());
        Assert.All(clients, pair => Assert.Equal((pair.Value.TraceId, pair.Value.SpanId), (servers[pair.Key].TraceId, servers[pair.Key].ParentId)));
        Assert.Equal(19, clients.Values.Count(span => span.Attributes["hilo.propagation"] == "application"));
    }
}
