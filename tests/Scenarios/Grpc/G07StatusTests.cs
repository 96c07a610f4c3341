// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;
using StatusCode = OpenTelemetry.Proto.Trace.V1.Status.Types.StatusCode;

namespace Scenarios.Grpc;

/// <summary>Row G07: what a call was, and how it ended. Only what a server is to blame for fails its span.</summary>
public sealed class G07StatusTests : Scenario
{
    private const int Port = 8001;
    private const int ProxyPort = 8000;
    private const int Count = 30;

    [Theory]
    [InlineData("go", "python")]
    [InlineData("node", "go")]
    [InlineData("dotnet", "node")]
    public void The_status_of_a_call_is_on_both_spans(string server, string client)
    {
        Sandbox.Serve(Rpc.Server(server, Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        string[] calls = ["unary", "fail", "late"];
        var clients = calls.Select(call => Sandbox.Start(Rpc.Client(client, call, Port, Count, 4).Named(call))).ToList();
        clients.ForEach(program => program.Finish());
        agent.Finish();

        Ended("unary", "Echo", "0", (null, StatusCode.Unset), (null, StatusCode.Unset));
        Ended("fail", "Fail", "5", ("NOT_FOUND", StatusCode.Error), (null, StatusCode.Unset)); // a response that is nothing but trailers
        Ended("late", "ServerStream", "13", ("INTERNAL", StatusCode.Error), ("INTERNAL", StatusCode.Error));

        void Ended(string call, string method, string code, (string? Type, StatusCode Status) atClient, (string? Type, StatusCode Status) atServer)
        {
            foreach (var pair in RpcSpans.Paired(agent.Spans, call, "server", method, Count))
            {
                Assert.All(new[] { pair.Client, pair.Server }, span => Assert.Equal(code, span.Attributes["rpc.grpc.status_code"]));
                Assert.Equal(atClient, (pair.Client.Attributes.GetValueOrDefault("error.type"), pair.Client.Status));
                Assert.Equal(atServer, (pair.Server.Attributes.GetValueOrDefault("error.type"), pair.Server.Status));
            }
        }
    }

    /// <summary>It forwards every field of a request, and one of them is the context that came.</summary>
    [Fact]
    public void A_proxy_of_gRPC_is_part_of_the_chain()
    {
        Sandbox.Serve(Rpc.Server("python", Port).Named("server"), Port);
        Sandbox.Serve(Programs.RpcProxy(ProxyPort, Port, Sandbox.Folder).Named("nginx"), ProxyPort);
        using var agent = new Agent(Sandbox);

        var answers = Rpc.Answers(Sandbox.Start(Rpc.Client("go", "hop", ProxyPort, Count, 1).Named("client")).Finish());
        agent.Finish();

        Assert.Equal((Count, 4 * Count), (answers.Count, agent.Spans.Count));
        Assert.All(agent.Spans, span => Assert.True(RpcSpans.IsMethod(span, "Hop"), span.Name));
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(Rpc.ContextOf);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.SpanId);
        foreach (var answer in answers)
        {
            var last = clients[Assert.Single(answer)];
            var proxy = servers[last.ParentId];
            var first = clients[$"{proxy.TraceId}-{proxy.ParentId}"];
            Assert.Equal(("nginx", "nginx", "client", ""), (last.Service, proxy.Service, first.Service, first.ParentId));
        }
    }
}
