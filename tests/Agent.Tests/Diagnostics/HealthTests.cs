// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Config;
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public sealed class HealthTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hilo").FullName;
    private readonly Pulse _pulse;
    private readonly Health _health;
    private long _now;

    public HealthTests()
    {
        _pulse = new Pulse(null, () => _now);
        _health = new Health(_pulse);
    }

    [Fact]
    public void It_is_healthy_from_the_start_and_ready_between_ready_and_stopping()
    {
        _now = 60_000; // programs take long to load on a small machine
        Assert.Equal((true, new Page(false, "starting\n")), (_health.IsHealthy().IsFine, _health.IsReady()));
        _health.Ready();
        Assert.Equal((true, true), (_health.IsHealthy().IsFine, _health.IsReady().IsFine));
        _health.Stopping();
        Assert.Equal((true, new Page(false, "stopping\n")), (_health.IsHealthy().IsFine, _health.IsReady()));
    }

    [Fact]
    public void A_loop_that_does_not_turn_is_neither_and_one_that_turns_again_is_both()
    {
        _health.Ready();
        _now += 10_000;
        Assert.True(_health.IsHealthy().IsFine);
        _now += 1000;
        Assert.Equal(new Page(false, "the event loop has not turned for 11 s\n"), _health.IsHealthy());
        Assert.False(_health.IsReady().IsFine);
        _pulse.Beat();
        Assert.True(_health.IsReady().IsFine);
    }

    [Fact]
    public void It_is_told_beside_the_metrics()
    {
        using var server = MetricsServer.Start(new MetricsOptions(0, "/figures"), () => "", _health);
        var place = new IPEndPoint(IPAddress.Loopback, server.Port);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", Ask(place, "/healthz"), StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\nstarting\n", Ask(place, "/readyz"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", Ask(place, "/readyz"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404", Ask(place, "/health"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("@hilo-test-health")]
    [InlineData("socket")]
    public void It_is_told_on_a_socket_also_where_a_killed_agent_has_left_one(string name)
    {
        var path = name[0] == '@' ? name : Path.Combine(_folder, name);
        if (name[0] != '@')
        {
            using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            left.Bind(new UnixDomainSocketEndPoint(path));
            left.SafeHandle.Dispose(); // without removing the file
        }
        var options = HealthOptions.Parse("8080", null, path);
        using (MetricsServer.Start(options, _health))
        {
            Assert.StartsWith("HTTP/1.1 200 OK\r\n", Ask(options.Place!, "/healthz"), StringComparison.Ordinal);
            Assert.Contains(HealthOptions.SocketName, Assert.Throws<ConfigException>(() => MetricsServer.Start(options, _health)).Message, StringComparison.Ordinal);
        }
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void Nothing_is_asked_for_without_a_port() => Assert.Null(MetricsServer.Start(HealthOptions.Parse("0", "::", null), _health));

    [Theory]
    [InlineData("70000", null, null, HealthOptions.PortName)]
    [InlineData("1", "localhost", null, HealthOptions.AddressName)]
    [InlineData(null, null, "run/hilo", HealthOptions.SocketName)]
    [InlineData(null, null, "@", HealthOptions.SocketName)]
    public void Others_are_refused(string? port, string? address, string? socket, string named) => Assert.Contains(
        named, Assert.Throws<ConfigException>(() => HealthOptions.Parse(port, address, socket)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_is_too_long_is_refused() =>
        Assert.Throws<ConfigException>(() => HealthOptions.Parse(null, null, "/" + new string('x', 200)));

    public void Dispose() => Directory.Delete(_folder, true);

    private static string Ask(EndPoint place, string path)
    {
        using var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(place);
        socket.Send(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\n\r\n"));
        using var reader = new StreamReader(new NetworkStream(socket));
        return reader.ReadToEnd();
    }
}
