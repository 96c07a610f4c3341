// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Row H02: over its budget Hilo does less, step by step, and says so; the traffic does not notice.</summary>
public sealed class H02OverheadTests : Scenario
{
    [Fact]
    public void Over_the_budget_it_does_less_until_it_does_nothing()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox, ("HILO_OVERHEAD_BUDGET", "0.001"), ("HILO_OVERHEAD_INTERVAL", "0.2"));
        var talk = new Conversation();
        for (var i = 0; i < 3000; i++)
        {
            talk.Send(Request.Get($"/busy?id={i}"));
            if (i % 4 == 0)
            {
                talk.Step("sleep 2");
            }
        }

        var added = Play(talk, recorder);
        agent.Finish(mayDrop: true);

        string[] steps = ["headers are written for one trace in eight", "headers are not written", "nothing is traced"];
        Assert.All(steps, step => Assert.Contains("overhead: " + step, agent.Program.Errors, StringComparison.Ordinal));
        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
        Assert.NotNull(added[0]);
        Assert.Null(added[^1]);
        Assert.InRange(agent.Counter("skip_throttled"), 1, talk.Requests);
    }

    [Fact]
    public void Within_the_budget_everything_is_done()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox, ("HILO_OVERHEAD_BUDGET", "10000"), ("HILO_OVERHEAD_INTERVAL", "0.2"));
        var talk = new Conversation();
        for (var i = 0; i < 1000; i++)
        {
            talk.Send(Request.Get($"/busy?id={i}")).Step("sleep 1");
        }

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.DoesNotContain(null, added);
        Assert.Matches(@"overhead: everything is done, [0-9.]+ of 10000 µs per request", agent.Program.Errors);
        Assert.DoesNotContain("overhead: everything is done, 0.0 of", agent.Program.Errors, StringComparison.Ordinal);
    }
}
