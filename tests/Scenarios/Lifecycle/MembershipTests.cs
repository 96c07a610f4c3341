// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Sockets that do not block stay in the sockmap between requests: until they are closed, or of no use there.</summary>
public sealed class MembershipTests : Scenario
{
    private const string Members = "enrolled_pids";

    [Fact]
    public void A_socket_that_its_process_closes_leaves_nothing_behind()
    {
        const int Count = 50;
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            _ = i > 0 ? talk.Reconnect() : talk;
            talk.Step("nonblock 1").Send(Request.Get($"/member?id={i}")).Send(Request.Get($"/member?id={i}"));
        }

        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);
        Assert.DoesNotContain(null, Play(talk, recorder));

        agent.Program.WaitFor(() => KernelView.EntriesOf(agent.Program.Pid, Members) == 0, "end of all memberships");
        agent.Finish();
        Assert.Equal(2 * Count, agent.Counter("injected"));
    }

    [Fact]
    public void A_connection_that_goes_on_with_something_else_leaves()
    {
        byte[] hello = [0x16, 3, 1, 1, 0x40, .. Request.Body(320)];
        byte[] data = [0x17, 3, 3, 0, 100, .. Request.Body(100)];
        var talk = new Conversation().Step("nonblock 1").Send(Request.Get("/before?id=1")).Send(Request.Get("/before?id=2"));
        talk.Step("sleep 2000").Echo(hello).Echo(data).Step("pause").Echo(data);
        var gate = Sandbox.PathOf("gate");
        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);

        var player = StartPlayer(talk, gate: gate);
        agent.Program.WaitFor(() => KernelView.EntriesOf(agent.Program.Pid, Members) == 1, "member");
        agent.Program.WaitFor(() => KernelView.EntriesOf(agent.Program.Pid, Members) == 0, "end of its membership");
        Assert.False(player.HasExited, "it has ended before");
        File.WriteAllText(gate, "");
        player.Finish();

        Assert.DoesNotContain(null, Compare(talk, recorder));
        agent.Finish();
        Assert.Equal(2, agent.Counter("injected"));
    }
}
