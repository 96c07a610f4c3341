// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>TCP_DEFER_ACCEPT: a connection comes to be with its first data, which no hook of that connection sees.</summary>
public sealed class DeferredAcceptTests : Scenario
{
    private const int Count = 10;

    [Fact]
    public void The_first_request_is_counted_and_the_following_ones_are_traced()
    {
        var server = Programs.Server("python", Programs.BackendPort, Sandbox.Folder).Named("python");
        server.Environment["DEFER_ACCEPT"] = "1";
        Sandbox.Serve(server, Programs.BackendPort);
        using var agent = new Agent(Sandbox);

        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", $"{Backend}/headers?id=[1-{Count}]")).Finish();
        agent.Finish();

        Assert.Equal(1, agent.Counter("stream_deferred"));
        Assert.Equal(Enumerable.Range(2, Count - 1).Select(i => $"{i}"), agent.Spans.Select(span => span.Id));
        Assert.All(agent.Spans, span => Assert.Equal((true, 200), (span.IsServer, span.StatusCode)));
    }
}
