// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>TCP_DEFER_ACCEPT, as Apache uses it: a connection comes to be with its first data, which only the listener's hook sees.</summary>
public sealed class DeferredAcceptTests : Scenario
{
    [Theory]
    [InlineData("curl -sS --fail -H \"traceparent: $0\" -o /dev/null \"$1?id=[1-10]\"")]
    [InlineData("for i in 1 2 3 4 5 6 7 8 9 10; do curl -sS --fail -H \"traceparent: $0\" -o /dev/null \"$1?id=$i\" || exit 1; done")]
    public void Every_request_is_traced_from_the_first_one(string client)
    {
        const int Count = 10;
        using var agent = Serve();

        Sandbox.StartOutside(new ProgramStart("sh", "-c", client, Context, $"{Backend}/headers")).Finish();
        agent.Finish();

        Assert.Equal(0, agent.Counter("stream_deferred"));
        Assert.Equal(Enumerable.Range(1, Count).Select(i => $"{i}"), agent.Spans.Select(span => span.Id));
        Assert.All(agent.Spans, span => Assert.Equal(
            (true, 200, "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"), (span.IsServer, span.StatusCode, span.TraceId, span.ParentId)));
        Assert.All(agent.Spans, span => Assert.NotEqual("0", span.Attributes.GetValueOrDefault("thread.id", "0")));
    }

    [Fact]
    public void Requests_that_come_together_are_told_apart()
    {
        using var agent = Serve();
        const string Requests = "GET /headers?id=1 HTTP/1.1\\r\\nHost: a\\r\\ntraceparent: " + Context +
            "\\r\\n\\r\\nGET /headers?id=2 HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n";

        Sandbox.StartOutside(new ProgramStart(
            "bash", "-c", $"exec 3<>/dev/tcp/127.0.0.1/{Programs.BackendPort}; printf '{Requests}' >&3; cat <&3")).Finish();
        agent.Finish();

        Assert.Equal([("1", "0af7651916cd43dd8448eb211c80319c"), ("2", "")], agent.Spans.Select(span => (span.Id, span.IsRoot ? "" : span.TraceId)));
    }

    private const string Context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    private Agent Serve()
    {
        var server = Programs.Server("python", Programs.BackendPort, Sandbox.Folder).Named("python");
        server.Environment["DEFER_ACCEPT"] = "1";
        Sandbox.Serve(server, Programs.BackendPort);
        return new Agent(Sandbox);
    }
}
