// SPDX-License-Identifier: Apache-2.0
using System.Net.Sockets;
using System.Text;
using Agent.Config;
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public sealed class MetricsServerTests : IDisposable
{
    private readonly MetricsServer _server = MetricsServer.Start(new MetricsOptions(0, "/figures"), () => "µ 1\n");

    [Theory]
    [InlineData("GET /figures HTTP/1.1\r\nHost: a\r\n\r\n", "200 OK")]
    [InlineData("GET /figures?name=x HTTP/1.0\r\n\r\n", "200 OK")]
    [InlineData("POST /figures HTTP/1.1\r\n\r\n", "405 Method Not Allowed")]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404 Not Found")]
    [InlineData("GET /figures HTTP/2\r\n\r\n", "400 Bad Request")]
    [InlineData("hello\r\n\r\n", "400 Bad Request")]
    [InlineData("\r\n\r\n", "400 Bad Request")]
    public void Each_request_gets_its_status(string request, string status)
    {
        var answer = Ask(request);
        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(status == "200 OK", answer.EndsWith("\r\n\r\nµ 1\n", StringComparison.Ordinal));
    }

    [Fact]
    public void A_head_says_what_the_body_would_be() =>
        Assert.EndsWith("Content-Length: 5\r\nConnection: close\r\n\r\n", Ask("HEAD /figures HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);

    [Fact]
    public void One_that_says_too_much_or_goes_away_hinders_nobody()
    {
        Assert.StartsWith("HTTP/1.1 400", Ask(new string('x', 8192)), StringComparison.Ordinal);
        using (var gone = Connect())
        {
            gone.LingerState = new LingerOption(true, 0);
        }
        Assert.StartsWith("HTTP/1.1 200", Ask("GET /figures HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_taken_is_named() => Assert.Contains(
        MetricsOptions.PortName, Assert.Throws<ConfigException>(() => MetricsServer.Start(new MetricsOptions((ushort)_server.Port, "/"), () => "")).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData(null, null, 0, "/internal/metrics")]
    [InlineData("9100", null, 9100, "/internal/metrics")]
    [InlineData("9100", "/m", 9100, "/m")]
    public void Port_and_path_are_those_of_obi(string? port, string? path, int expectedPort, string expectedPath) =>
        Assert.Equal(new MetricsOptions((ushort)expectedPort, expectedPath), MetricsOptions.Parse(port, path));

    [Theory]
    [InlineData("70000", null)]
    [InlineData("-1", null)]
    [InlineData("1", "metrics")]
    [InlineData("1", "/a b")]
    public void Others_are_refused(string port, string? path) => Assert.Throws<ConfigException>(() => MetricsOptions.Parse(port, path));

    public void Dispose() => _server.Dispose();

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect("127.0.0.1", _server.Port);
        return socket;
    }

    private string Ask(string request)
    {
        using var socket = Connect();
        socket.Send(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(new NetworkStream(socket));
        return reader.ReadToEnd();
    }
}
