// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>Row G01: each stream, of whatever kind, is one span on either side, and the client's is the parent of the server's.</summary>
public sealed class G01StreamsTests : Scenario
{
    private const int Port = 8001;
    private const int Count = 40;
    private const int Streams = 100;
    private const int Many = 3 * Streams;

    private static readonly (string Call, string Method, string Kind, string Status)[] Calls =
    [
        ("unary", "Echo", "unary", "0"),
        ("client", "ClientStream", "client_streaming", "0"),
        ("server", "ServerStream", "server_streaming", "0"),
        ("twoway", "TwoWay", "bidi_streaming", "0"),
        ("fail", "Fail", "", "5"),
        ("late", "ServerStream", "server_streaming", "13"),
    ];

    /// <summary>Each language once as a server, and once as a client.</summary>
    public static TheoryData<string, string> Pairs { get; } =
        [("go", "python"), ("python", "node"), ("node", "dotnet"), ("dotnet", "java"), ("java", "ruby"), ("ruby", "go")];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Each_stream_is_one_span_on_either_side(string server, string client)
    {
        Sandbox.Serve(Rpc.Server(server, Port).Named(server), Port);
        using var agent = new Agent(Sandbox);

        var clients = Calls.Select(call => Sandbox.Start(Rpc.Client(client, call.Call, Port, Count, 8).Named(call.Call))).ToList();
        var many = Sandbox.Start(Rpc.Client(client, "hop", Port, Many, Streams).Named("many"));
        clients.ForEach(program => Assert.EndsWith($"ok {Count}\n", program.Finish(), StringComparison.Ordinal));
        var answers = Rpc.Answers(many.Finish());
        agent.Finish();

        Assert.Equal(2 * ((Count * Calls.Length) + Many), agent.Spans.Count);
        Assert.Equal(agent.Spans.Count, agent.Spans.Select(span => span.SpanId).Distinct().Count());
        foreach (var (call, method, kind, status) in Calls)
        {
            foreach (var pair in RpcSpans.Paired(agent.Spans, call, server, method, Count))
            {
                Assert.All(new[] { pair.Client, pair.Server }, span => IsCall(span, kind, status, mayBeUnknown: client == "java"));
            }
        }

        // Here the service tells what it received as context; what could not be given one is counted.
        var pairs = RpcSpans.Paired(agent.Spans, "many", server, "Hop", Many).ToLookup(pair => RpcSpans.WasWritten(pair.Client), pair => Rpc.ContextOf(pair.Client));
        var told = answers.Select(answer => Assert.Single(answer)).ToLookup(context => context.Length > 0);
        Assert.Equal(pairs[true].Order(), told[true].Order());
        Assert.Equal(pairs[false].Count(), told[false].Count());
        Assert.Equal(agent.Spans.Count(span => span.IsClient && !RpcSpans.WasWritten(span)), agent.Skipped);
    }
    /// <summary>Not every message of Netty's is counted; then the kind is not known, and not made up.</summary>
    private static void IsCall(Span span, string kind, string status, bool mayBeUnknown)
    {
        Assert.Equal(status, span.Attributes.GetValueOrDefault("rpc.grpc.status_code"));
        Assert.Equal(kind, span.Attributes.GetValueOrDefault("hilo.rpc.kind", mayBeUnknown ? kind : ""));
    }
}
