// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public sealed class ServiceManagerTests : IDisposable
{
    private readonly Socket _manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 200 };
    private readonly string _folder = Directory.CreateTempSubdirectory("hilo").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Says_what_happens_to_a_socket_of_either_kind(bool isAbstract)
    {
        using var service = Listen(isAbstract, ("WATCHDOG_USEC", null));
        service.Ready("3 processes");
        service.Reloading(1234567);
        service.Stopping();
        service.Beat(0);

        Assert.Equal("READY=1\nSTATUS=3 processes", Hear());
        Assert.Equal("RELOADING=1\nMONOTONIC_USEC=1234567", Hear());
        Assert.StartsWith("STOPPING=1\n", Hear(), StringComparison.Ordinal);
        Assert.Null(Hear());
    }

    [Fact]
    public void The_watchdog_hears_of_it_twice_as_often_as_it_wants_and_only_while_the_loop_turns()
    {
        long now = 1000;
        using var service = Listen(true, ("WATCHDOG_USEC", "2000000"), ("WATCHDOG_PID", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)));
        var pulse = new Pulse(service, () => now);
        var heard = 0;
        for (; now < 11_000; now += 10)
        {
            pulse.Beat();
            heard += Hear() == "WATCHDOG=1" ? 1 : 0;
        }

        Assert.Equal(10, heard);
        Assert.Null(Hear()); // nothing but a turn of the loop says anything
    }

    [Theory]
    [InlineData("WATCHDOG_PID", "1")]
    [InlineData("WATCHDOG_USEC", "0")]
    [InlineData("WATCHDOG_USEC", "soon")]
    public void Somebody_elses_watchdog_hears_nothing(string name, string value)
    {
        using var service = Listen(true, ("WATCHDOG_USEC", "2000000"), (name, value));
        service.Beat(0);
        Assert.Null(Hear());
    }

    [Fact]
    public void A_turn_never_waits_for_a_manager_that_does_not_listen_to_what_it_is_told()
    {
        using var service = Listen(true, ("WATCHDOG_USEC", "2"));
        var started = Environment.TickCount64;
        for (var i = 0; i < 10_000; i++)
        {
            service.Beat(i * 1000L);
        }
        Assert.InRange(Environment.TickCount64 - started, 0, 2000);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vsock:2:1234")]
    public void Nobody_is_told_where_nobody_asks(string? socket) =>
        Assert.Null(ServiceManager.Find(name => name == "NOTIFY_SOCKET" ? socket : null));

    [Fact]
    public void A_manager_that_is_gone_hinders_nothing()
    {
        using var service = ServiceManager.Find(name => name == "NOTIFY_SOCKET" ? Path.Combine(_folder, "none") : null);
        service!.Ready("");
        service.Stopping();
    }

    public void Dispose()
    {
        _manager.Dispose();
        Directory.Delete(_folder, true);
    }

    private ServiceManager Listen(bool isAbstract, params (string Name, string? Value)[] variables)
    {
        var name = isAbstract ? $"hilo-test-{Guid.NewGuid():N}" : Path.Combine(_folder, "notify");
        _manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? "\0" + name : name));
        return ServiceManager.Find(
            asked => asked == "NOTIFY_SOCKET" ? (isAbstract ? "@" + name : name) : variables.LastOrDefault(variable => variable.Name == asked).Value)!;
    }

    private string? Hear()
    {
        var buffer = new byte[4096];
        return _manager.Poll(0, SelectMode.SelectRead) ? Encoding.UTF8.GetString(buffer, 0, _manager.Receive(buffer)) : null;
    }
}
