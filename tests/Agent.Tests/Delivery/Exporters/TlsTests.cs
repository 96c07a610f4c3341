// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Sockets;
using Agent.Delivery.Exporters;

namespace Agent.Tests.Delivery.Exporters;

/// <summary>nginx in front of a receiver: TLS, with and without certificates of clients, and a socket.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly Folder _folder = new();
    private readonly Receiver _receiver = new();
    private readonly int _secure = Receiver.FreePort();
    private readonly int _mutual = Receiver.FreePort();
    private readonly int _plain = Receiver.FreePort();
    private ServerProgram? _nginx;

    public void Dispose()
    {
        _nginx?.Dispose();
        _receiver.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Own_authority_is_trusted()
    {
        Start();

        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(Options(_secure, Authority)));

        Assert.Equal(3, _receiver.Spans);
    }

    [Fact]
    public async Task Without_it_nothing_is_sent()
    {
        Start();

        var result = await Sending.SendAsync(Options(_secure));

        Assert.Equal(SendOutcome.TryAgain, result.Outcome);
        Assert.Matches("^its certificate is not trusted: .*(self-signed|issuer)", result.Message);
        Assert.Equal(0, _receiver.Requests);
    }

    [Fact]
    public async Task Certificate_for_another_name_is_said_and_nothing_is_sent()
    {
        Start("DNS:other.example");

        Assert.Equal(
            new(SendOutcome.TryAgain, Message: "its certificate is not trusted: it is not for localhost"),
            await Sending.SendAsync(Options(_secure, Authority)));
        Assert.Equal(0, _receiver.Requests);
    }

    [Fact]
    public async Task Name_of_the_server_can_be_said()
    {
        Start("DNS:other.example");

        var named = Sending.Read(
            ("HILO_RECEIVERS", "a"), ("HILO_RECEIVER_A_ENDPOINT", $"https://localhost:{_secure}"),
            ("HILO_RECEIVER_A_CERTIFICATE", _folder.Of("authority.pem")), ("HILO_RECEIVER_A_SERVER_NAME", "other.example"));
        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(named));

        Assert.Equal(3, _receiver.Spans);
    }

    [Fact]
    public async Task Client_shows_a_certificate_where_it_is_asked_for()
    {
        Start();
        (string, string)[] client =
        [
            Authority, ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", _folder.Of("client.pem")), ("OTEL_EXPORTER_OTLP_CLIENT_KEY", _folder.Of("client.key")),
        ];

        Assert.Equal("HTTP 400", (await Sending.SendAsync(Options(_mutual, Authority))).Message?[..8]);
        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(Options(_mutual, client)));

        Assert.Equal("CN=hilo-client", Assert.Single(_receiver.Seen).Headers["x-client"]);
    }

    [Fact]
    public async Task Socket_instead_of_a_port()
    {
        Start();

        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(Sending.Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "unix://" + _folder.Of("receiver.sock")))));

        var (path, headers) = Assert.Single(_receiver.Seen);
        Assert.Equal(("/v1/traces", "socket"), (path, headers["x-client"]));
    }

    [Theory]
    [InlineData("https")]
    [InlineData("http")]
    public async Task Proxy_between(string scheme)
    {
        Start("IP:0.0.0.0");
        using var proxy = StartProxy(out var port);

        // This host, by an address that does not look like it: for localhost no proxy is asked.
        var target = $"{scheme}://0.0.0.0:{(scheme == "https" ? _secure : _plain)}";
        var options = Sending.Read(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", target), Authority, ($"{scheme}_proxy", $"http://me:w%6Frd@localhost:{port}"));

        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(options));
        Assert.Equal(3, _receiver.Spans);
        Assert.Equal(scheme == "http", Assert.Single(_receiver.Seen).Headers["Via"] is not null);
        Assert.Contains(scheme == "https" ? "CONNECT 0.0.0.0" : "POST http://0.0.0.0", File.ReadAllText(_folder.Of("log")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("me:w%6Frd@", null)]
    [InlineData("me:other@", "proxy localhost:{0} answers HTTP/1.0 401 Unauthorized")]
    public async Task Proxy_before_a_call_without_tls(string user, string? refusal)
    {
        using var collector = new Collector(_folder);
        using var proxy = StartProxy(out var port);
        var result = await Sending.SendAsync(Sending.Read(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://0.0.0.0:{collector.Port}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("http_proxy", $"http://{user}localhost:{port}")));

        Assert.Equal(refusal is null ? SendOutcome.Accepted : SendOutcome.TryAgain, result.Outcome);
        Assert.Equal(refusal is null ? null : string.Format(System.Globalization.CultureInfo.InvariantCulture, refusal, port), result.Message);
        Assert.Equal(refusal is null ? 3 : 0, collector.Spans);
        Assert.Contains("CONNECT 0.0.0.0", File.ReadAllText(_folder.Of("log")), StringComparison.Ordinal);
    }

    private ServerProgram StartProxy(out int port)
    {
        var its = port = Receiver.FreePort();
        File.WriteAllText(
            _folder.Of("tinyproxy.conf"), $"Port {port}\nListen 127.0.0.1\nBasicAuth me word\nLogLevel Connect\nLogFile \"{_folder.Of("log")}\"\n");
        var proxy = new ServerProgram("tinyproxy", "-d", "-c", _folder.Of("tinyproxy.conf"));
        proxy.WaitFor(() => IsListening(its));
        return proxy;
    }

    private (string, string) Authority => ("OTEL_EXPORTER_OTLP_CERTIFICATE", _folder.Of("authority.pem"));

    private static ReceiverOptions Options(int port, params (string, string)[] more) =>
        Sending.Read([("OTEL_EXPORTER_OTLP_ENDPOINT", $"https://localhost:{port}"), .. more]);

    private static bool IsListening(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void Start(string host = "DNS:localhost")
    {
        TestCertificates.Make(_folder.Path, host);
        var text = File.ReadAllText(ServerProgram.File("nginx.conf"))
            .Replace("@folder@", _folder.Path, StringComparison.Ordinal)
            .Replace("@secure@", $"{_secure}", StringComparison.Ordinal)
            .Replace("@mutual@", $"{_mutual}", StringComparison.Ordinal)
            .Replace("@plain@", $"{_plain}", StringComparison.Ordinal)
            .Replace("@receiver@", $"{_receiver.Port}", StringComparison.Ordinal);
        File.WriteAllText(_folder.Of("nginx.conf"), text);
        _nginx = new ServerProgram("nginx", "-c", _folder.Of("nginx.conf"));
        _nginx.WaitFor(() => IsListening(_secure));
    }
}
