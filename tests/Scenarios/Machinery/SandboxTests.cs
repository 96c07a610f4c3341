// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Machinery;

/// <summary>The scenarios without the agent: every program does what the others rely on.</summary>
public sealed class SandboxTests : Scenario
{
    public static TheoryData<string, string> Pairs { get; } =
        [.. Programs.ClientKinds.Select((client, i) => (client, Programs.ServerKinds[i % Programs.ServerKinds.Length]))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Client_and_server_understand_each_other(string client, string server)
    {
        Sandbox.Serve(Programs.Server(server, Programs.BackendPort, Sandbox.Folder), Programs.BackendPort);

        Sandbox.Start(Programs.Client(client, Backend, 20, 0, "a", Sandbox.Folder)).Finish();
        Sandbox.Start(Programs.Client(client, Backend, 20, 5000, "b", Sandbox.Folder)).Finish();
    }

    [Fact]
    public void Every_way_to_send_arrives_as_it_was_sent()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        var talk = new Conversation();
        foreach (var how in SendingWays.OneNumber)
        {
            talk.Send(Request.Post("/a", Request.Body(3000)), how);
        }

        talk.Put(Request.Get("/upgrade")).Step($"send {Request.Get("/upgrade").Size}").Step("receive 1").Echo(Request.Body(1000));

        Assert.All(Play(talk, recorder), Assert.Null);
    }

    [Fact]
    public void Nothing_is_left_behind()
    {
        using var sandbox = new Sandbox();
        var program = sandbox.Start(new ProgramStart("sh", "-c", "sleep 100 & sleep 100"));
        program.WaitFor(() => File.ReadAllLines(sandbox.Traced.Folder + "/cgroup.procs").Length >= 2, "both processes in the cgroup");

        sandbox.Dispose();

        Assert.False(Directory.Exists(sandbox.Traced.Folder));
        Assert.False(File.Exists(sandbox.Network.Handle));
        Assert.False(Directory.Exists(sandbox.Folder));
    }
}
