// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Row P20: the agent is started, stopped and killed in the middle of traffic.</summary>
public sealed class P20AgentComesAndGoesTests : Scenario
{
    private const int Rounds = 4;

    private static readonly byte[] Body = Request.Body(2000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_byte_and_connection_survives(bool kill)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        var talk = new Conversation().Step("nonblock 1");
        for (var i = 0; i < 400_000; i++)
        {
            talk.Step(i % 20 == 0 ? "sleep 1" : "stop");
            talk.Send(i % 5 == 0 ? Request.Post($"/go?id={i}", Body) : Request.Get($"/go?id={i}"));
        }

        var gate = Sandbox.PathOf("gate");
        var player = StartPlayer(talk, gate: gate);
        using var agent = new Agent(Sandbox);
        for (var round = 0; round < Rounds; round++)
        {
            Thread.Sleep(300);
            var programs = KernelView.ProgramsOf(agent.Program.Pid);
            Assert.NotEmpty(programs);
            End(agent, kill);
            Gone(programs);
            if (round < Rounds - 1)
            {
                agent.Restart();
            }
        }

        Assert.False(player.HasExited, "the traffic ended before the agent did\n" + player.Transcript);
        File.WriteAllText(gate, "");
        var sent = int.Parse(player.Finish().AsSpan(3), CultureInfo.InvariantCulture);
        var added = Compare(talk, recorder, sent);
        Assert.Contains(added, context => context is not null);
        Assert.Contains(null, added);
    }

    [Theory]
    [InlineData("python-http.client", "java")]
    [InlineData("go-http", "node")]
    [InlineData("dotnet-httpclient", "python")]
    public void Programs_in_the_middle_of_their_work_notice_nothing(string client, string server)
    {
        Sandbox.Serve(Programs.Server(server, Programs.BackendPort, Sandbox.Folder), Programs.BackendPort);
        var clients = Enumerable.Range(0, 3)
            .Select(i => Sandbox.Start(Programs.Client(client, Backend, 1500, 5000, $"c{i}", Sandbox.Folder))).ToArray();

        using (var agent = new Agent(Sandbox))
        {
            for (var round = 0; round < Rounds && !clients.All(program => program.HasExited); round++)
            {
                Thread.Sleep(200);
                agent.Kill();
                agent.Restart();
            }
        }

        Assert.All(clients, program => Assert.Contains("ok 1500", program.Finish(), StringComparison.Ordinal));
    }

    private static void End(Agent agent, bool kill)
    {
        if (kill)
        {
            agent.Kill();
        }
        else
        {
            agent.Finish();
        }
    }

    // The kernel frees programs a moment after the last reference went.
    private static void Gone(List<uint> programs)
    {
        var patience = Stopwatch.StartNew();
        while (programs.Any(KernelView.ProgramExists) && patience.Elapsed.TotalSeconds < 5)
        {
            Thread.Sleep(20);
        }

        Assert.DoesNotContain(programs, KernelView.ProgramExists);
    }
}
