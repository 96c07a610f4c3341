// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>
/// Row G02: requests in frames that are legal and rare, for three servers that tell what they received. The player checks that every
/// other field came back as it was sent.
/// </summary>
public sealed class G02FramesTests : Scenario
{
    private const int Port = 8001;

    /// <summary>What a frame of 16,384 bytes has no room for, or a sender gives away bit by bit, may be left as it is.</summary>
    private static readonly string[] MayBeSkipped = ["large", "bytes"];

    private static readonly string[] Cases = ["continuation", "padded", "priority", "together", "many", "large", "bytes"];

    public static TheoryData<string> Servers { get; } = [.. Web2.Kinds];

    [Theory]
    [MemberData(nameof(Servers))]
    public void Every_request_gets_one_field_or_is_counted(string server)
    {
        Sandbox.Serve(Web2.Server(server, Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var answers = Answer.ReadAll(Sandbox.Start(Web2.Frames(Port, Cases).Named("client")).Finish());
        agent.Finish();

        Assert.Equal(Cases.Order(), answers.Select(answer => answer.Case).Distinct().Order());
        Assert.Equal(2 * answers.Count, agent.Spans.Count);
        var clients = agent.Spans.Where(span => span.IsClient).ToLookup(Rpc.ContextOf);
        var servers = agent.Spans.Where(span => span.IsServer).ToLookup(span => span.ParentId);
        foreach (var answer in answers.Where(answer => answer.Received.Length > 0))
        {
            var client = Assert.Single(clients[answer.Received]);
            Assert.Equal((client.TraceId, client.Id), (Assert.Single(servers[client.SpanId]).TraceId, servers[client.SpanId].Single().Id));
            Assert.StartsWith(answer.Case, client.Id, StringComparison.Ordinal);
        }

        var skipped = answers.Where(answer => answer.Received.Length == 0).ToList();
        Assert.Equal(skipped.Count, agent.Skipped);
        Assert.All(skipped, answer => Assert.Contains(answer.Case, MayBeSkipped));
    }

    /// <summary>A server that takes 1,000 bytes of headers gets no field that would make them more.</summary>
    [Fact]
    public void The_largest_header_list_is_respected()
    {
        Sandbox.Serve(Web2.Server("node", Port, "1000").Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var answers = Answer.ReadAll(Sandbox.Start(Web2.Frames(Port, "list").Named("client")).Finish());
        agent.Finish();

        Assert.Equal([true, false, true], answers.Select(answer => answer.Received.Length > 0));
        Assert.Equal(1, agent.Skipped);
        Assert.Equal(6, agent.Spans.Count);
    }
}
