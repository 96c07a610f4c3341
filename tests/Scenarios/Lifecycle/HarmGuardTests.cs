// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Clients that break in the sockmap make Hilo withdraw from it; bad connections for which it is not to blame do not.</summary>
public sealed class HarmGuardTests : Scenario
{
    private const string Withdrawn = "guard: withdrawn";
    private const string HeldOut = "half of the new ones are held out";

    [Fact]
    public void Clients_that_break_as_members_are_noticed_and_work_from_then_on()
    {
        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = Start();
        var before = Clients(1);
        Assert.Contains('-', before);

        var noticed = Clients(80);
        var after = Clients(4);
        agent.Finish();

        Assert.Contains(HeldOut, agent.Program.Errors, StringComparison.Ordinal);
        Assert.Contains("the sockmap does harm here", agent.Program.Errors, StringComparison.Ordinal);
        Assert.Contains(Withdrawn, agent.Program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain('-', noticed[^40..]);
        Assert.DoesNotContain('-', after);
        Assert.InRange(agent.Counter("skip_not_enrolled") + agent.Counter("skip_throttled"), after.Length, int.MaxValue);
        Assert.NotEmpty(recorder.Take());
    }

    [Fact]
    public void Requests_of_members_that_take_a_second_are_noticed()
    {
        const int Slow = 1200;
        _ = new Recorder(Sandbox, traced: false);
        using var agent = Start();

        var noticed = Clients(8, 32, Slow);
        var after = Clients(2, 8, Slow);
        agent.Finish();

        Assert.Contains('w', noticed);
        Assert.Matches(@"0 of [0-9]+ connections ended badly, [1-9][0-9]* of [0-9]+ requests stalled: half of the new ones", agent.Program.Errors);
        Assert.Matches(@"[1-9][0-9]* of [0-9]+ requests stalled, of those held out 0 of [0-9]+: the sockmap does harm here", agent.Program.Errors);
        Assert.Contains(Withdrawn, agent.Program.Errors, StringComparison.Ordinal);
        Assert.Equal(new string('+', 16), after.Trim());
    }

    /// <summary>
    /// The server resets every connection, and so a comparison begins; it shows that all fare alike, but members wait longer.
    /// </summary>
    [Fact]
    public void Requests_of_members_that_take_longer_than_others_are_noticed()
    {
        const int Slow = 60;
        Resetting();
        using var agent = Start();

        var ended = Clients(150, 8, Slow);
        agent.Finish();

        Assert.InRange(ended.Count(letter => letter == '-'), ended.Length * 9 / 10, ended.Length);
        Assert.Matches(@"0 of [0-9]+ requests stalled, of those held out 0 of [0-9]+: the sockmap does harm here", agent.Program.Errors);
        Assert.Contains(Withdrawn, agent.Program.Errors, StringComparison.Ordinal);
    }

    /// <summary>The server resets every connection: of those held out as many end badly, so all are enrolled again.</summary>
    [Fact]
    public void A_server_that_resets_everybody_is_not_mistaken_for_harm()
    {
        Resetting();
        using var agent = Start();

        var ended = Clients(200, "calm");
        agent.Finish();

        Assert.InRange(ended.Count(letter => letter == '-'), ended.Length * 9 / 10, ended.Length);
        Assert.Contains(HeldOut, agent.Program.Errors, StringComparison.Ordinal);
        Assert.Contains("no difference, all are enrolled again", agent.Program.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Withdrawn, agent.Program.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Quiet_traffic_suspects_nothing()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = Start();
        var talk = new Conversation();
        for (var i = 0; i < 300; i++)
        {
            _ = i % 3 == 1 ? talk.Reconnect() : talk;
            talk.Send(Request.Get($"/quiet?id={i}")).Step("sleep 5");
        }

        var added = Play(talk, recorder);
        agent.Finish();

        Assert.DoesNotContain(null, added);
        Assert.Matches(@"guard: watching, 0 of 101 connections ended badly, [0-9]+ of 300 requests stalled", agent.Program.Errors);
        Assert.DoesNotContain(HeldOut, agent.Program.Errors, StringComparison.Ordinal);
    }

    private Agent Start() => new(Sandbox, ("HILO_HARM_GUARD_INTERVAL", "0.3"), ("HILO_OVERHEAD_BUDGET", "off"));

    private void Resetting()
    {
        var peer = Sandbox.StartOutside(new ProgramStart("/usr/bin/python3", "python/resetting.py", Text(Programs.BackendPort)));
        peer.WaitFor(() => Sandbox.Network.IsListening(Programs.BackendPort), "listener");
    }

    private string Clients(int connections, int processes, int slow) => Clients(connections, processes, Text(slow));

    private string Clients(int connections, params string[] manner) => Clients(connections, 8, manner);

    /// <summary>So many connections of each process: <c>-</c> for a broken one, <c>w</c> for one that waited, else <c>+</c>, in order of time.</summary>
    private string Clients(int connections, int processes, params string[] manner) => Sandbox.Start(
        new ProgramStart([Build.C("impatient"), Text(Programs.BackendPort), Text(connections), Text(processes), .. manner]).Named("impatient")).Finish();

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
