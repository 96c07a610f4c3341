// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Row H02: over its budget Hilo does less, step by step, and says so; the traffic does not notice.</summary>
public sealed class H02OverheadTests : Scenario
{
    private const string Everything = "overhead: everything is done, ";

    /// <summary>Without a pause: what is rare takes nothing that anyone would miss.</summary>
    [Fact]
    public void Over_the_budget_it_does_less_until_it_does_nothing()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox, ("HILO_OVERHEAD_BUDGET", "0.1"), ("HILO_OVERHEAD_INTERVAL", "0.2"));
        var gate = Sandbox.PathOf("gate");
        var talk = new Conversation();
        for (var i = 0; i < 300_000; i++)
        {
            talk.Send(Request.Get($"/busy?id={i}"));
            if (i % 100 == 0)
            {
                talk.Step("stop");
            }
        }

        string[] steps = ["headers are written for one trace in eight", "headers are not written", "nothing is traced"];
        var player = StartPlayer(talk, gate: gate);
        agent.Program.WaitFor(() => agent.Program.Errors.Contains("overhead: " + steps[^1], StringComparison.Ordinal), "last step", 60);
        Thread.Sleep(100); // and some requests
        File.WriteAllText(gate, "");
        var sent = int.Parse(player.Finish().Split(' ')[^1], CultureInfo.InvariantCulture);
        var added = Compare(talk, recorder, sent);
        agent.Finish(mayDrop: true);

        Assert.All(steps, step => Assert.Contains("overhead: " + step, agent.Program.Errors, StringComparison.Ordinal));
        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
        Assert.NotNull(added[0]);
        Assert.Null(added[^1]);
        Assert.InRange(agent.Counter("skip_throttled"), 1, talk.Requests);
    }

    /// <summary>With the budget that nobody has set, on a host without an idle moment.</summary>
    [Theory]
    [InlineData("kept", 6000, 0)]
    [InlineData("kept", 400, 2)]
    [InlineData("new", 1500, 0)]
    [InlineData("bytes", 600, 0)]
    [InlineData("large", 60, 0)]
    public void Ordinary_traffic_keeps_its_headers(string kind, int requests, int pause)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox, ("HILO_OVERHEAD_INTERVAL", "0.2"));
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            Sandbox.StartOutside(new ProgramStart("timeout", "20", "sh", "-c", "while :; do :; done"));
        }
        var talk = new Conversation();
        for (var i = 0; i < requests; i++)
        {
            _ = kind == "new" && i > 0 ? talk.Reconnect() : talk;
            talk.Send(kind == "large" ? Request.Post($"/busy?id={i}", Request.Body(1_000_000, i)) : Request.Get($"/busy?id={i}"), kind == "bytes" ? kind : "send");
            _ = pause > 0 ? talk.Step($"sleep {pause}") : talk;
        }

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.DoesNotContain("headers are", agent.Program.Errors, StringComparison.Ordinal);
        Assert.Contains(Everything, agent.Program.Errors, StringComparison.Ordinal);
        Assert.Equal(0, agent.Counter("skip_throttled"));
        Assert.Equal(added.Count(context => context is not null), agent.Counter("injected"));
    }

    [Theory]
    [InlineData("10000", true)]
    [InlineData("off", false)]
    public void What_is_measured_is_told_unless_there_is_no_budget(string budget, bool told)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox, ("HILO_OVERHEAD_BUDGET", budget), ("HILO_OVERHEAD_INTERVAL", "0.2"));
        var talk = new Conversation();
        for (var i = 0; i < 1000; i++)
        {
            talk.Send(Request.Get($"/busy?id={i}")).Step("sleep 1");
        }

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.DoesNotContain(null, added);
        Assert.Equal(told, agent.Program.Errors.Contains(Everything, StringComparison.Ordinal));
        Assert.DoesNotContain("overhead: everything is done, 0.0 of", agent.Program.Errors, StringComparison.Ordinal);
    }
}
