// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>The agent says how it stands when it is asked by SIGUSR1, and goes on.</summary>
public sealed class ReportTests : Scenario
{
    [Fact]
    public void Asked_at_any_time_it_accounts_for_what_it_saw()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);
        for (var round = 1; round <= 3; round++)
        {
            Assert.DoesNotContain(null, Play(new Conversation().Send(Request.Get("/a")).Send(Request.Get("/b")), recorder));
            Assert.Equal(2 * round, agent.Counter("injected"));
            Assert.Equal(4 * round, agent.Counter("emitted"));
        }

        Assert.Equal(12, agent.Finish().Exported);
    }
}
