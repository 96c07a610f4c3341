// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using System.Text;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>What a service manager and a prober hear of the agent from its start to its end. Under systemd itself: tests/Deployment.</summary>
public sealed class ServiceManagerTests : Scenario
{
    private const int SigHup = 1;
    private const string Name = "hilo-manager";

    [Fact]
    public void From_ready_to_stopping()
    {
        using var manager = Sandbox.Network.Run(() =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            socket.Bind(new UnixDomainSocketEndPoint("\0" + Name));
            return socket;
        });
        var health = Sandbox.PathOf("health");
        using var agent = new Agent(
            Sandbox, ("NOTIFY_SOCKET", "@" + Name), ("WATCHDOG_USEC", "200000"), ("OTEL_EBPF_HEALTH_CHECK_UNIX_SOCKET_PATH", health));
        Assert.StartsWith("READY=1\nSTATUS=", Hear(manager, seconds: 2), StringComparison.Ordinal);
        Assert.Equal("200", Ask(health, "readyz"));
        Assert.Equal("200", Ask(health, "healthz"));

        Assert.InRange(Count(manager), 5, 20); // a ping each 100 ms
        Native.Signal(agent.Program.Pid, Native.SigStop);
        while (manager.Poll(100_000, SelectMode.SelectRead))
        {
            Hear(manager, 0);
        }
        Assert.Equal(0, Count(manager));
        Native.Signal(agent.Program.Pid, Native.SigCont);

        Native.Signal(agent.Program.Pid, SigHup);
        string[] reload = [HearOther(manager), HearOther(manager)];
        Assert.Matches("^RELOADING=1\nMONOTONIC_USEC=[0-9]+$", reload[0]);
        Assert.StartsWith("READY=1\n", reload[1], StringComparison.Ordinal);

        agent.Finish();
        Assert.StartsWith("STOPPING=1\n", HearOther(manager), StringComparison.Ordinal);
        Assert.False(File.Exists(health));
    }

    private string Ask(string socket, string page) => Sandbox.StartOutside(new ProgramStart(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--unix-socket", socket, $"http://hilo/{page}")).Finish().TrimEnd();

    // Within a second.
    private static int Count(Socket manager)
    {
        var until = Environment.TickCount64 + 1000;
        var pings = 0;
        while (Environment.TickCount64 < until)
        {
            if (manager.Poll(50_000, SelectMode.SelectRead))
            {
                Assert.Equal("WATCHDOG=1", Hear(manager, 0));
                pings++;
            }
        }

        return pings;
    }

    private static string HearOther(Socket manager)
    {
        const int Patience = 50;
        for (var i = 0; i < Patience; i++)
        {
            if (Hear(manager, seconds: 2) is var heard && heard != "WATCHDOG=1")
            {
                return heard;
            }
        }
        throw new TimeoutException("nothing but pings was heard");
    }

    private static string Hear(Socket manager, int seconds)
    {
        Assert.True(manager.Poll(seconds * 1_000_000, SelectMode.SelectRead), "nothing was said");
        var buffer = new byte[1000];
        return Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer));
    }
}
