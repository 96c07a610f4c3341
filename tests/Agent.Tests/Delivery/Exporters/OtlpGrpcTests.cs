// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Exporters;

namespace Agent.Tests.Delivery.Exporters;

public sealed class OtlpGrpcTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    public async Task Spans_arrive(string compression)
    {
        using var collector = new Collector(_folder);
        var options = Options(collector, ("OTEL_EXPORTER_OTLP_COMPRESSION", compression), ("OTEL_EXPORTER_OTLP_HEADERS", "X-Tenant=t%201"));

        // Longer than the window of a new connection.
        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(options, 2000));

        Assert.Equal(2000, collector.Spans);
        var call = Assert.Single(collector.Calls);
        Assert.Equal("t 1", call.GetProperty("x-tenant").GetString());
        Assert.StartsWith("OTel-OTLP-Exporter-Hilo/", call.GetProperty("user-agent").GetString(), StringComparison.Ordinal);
        Assert.InRange(call.GetProperty("remaining").GetDouble(), 1, 10);
        Assert.False(call.TryGetProperty("traceparent", out _));
    }

    [Theory]
    [InlineData("CANCELLED", true)]
    [InlineData("UNKNOWN", false)]
    [InlineData("INVALID_ARGUMENT", false)]
    [InlineData("DEADLINE_EXCEEDED", true)]
    [InlineData("NOT_FOUND", false)]
    [InlineData("ALREADY_EXISTS", false)]
    [InlineData("PERMISSION_DENIED", false)]
    [InlineData("UNAUTHENTICATED", false)]
    [InlineData("RESOURCE_EXHAUSTED", false)]
    [InlineData("FAILED_PRECONDITION", false)]
    [InlineData("ABORTED", true)]
    [InlineData("OUT_OF_RANGE", true)]
    [InlineData("UNIMPLEMENTED", false)]
    [InlineData("INTERNAL", false)]
    [InlineData("UNAVAILABLE", true)]
    [InlineData("DATA_LOSS", true)]
    [InlineData("RESOURCE_EXHAUSTED 1500", true, 1500)]
    [InlineData("UNAVAILABLE 20", true, 20)]
    [InlineData("INTERNAL 20", false)]
    public async Task Statuses(string answer, bool isRetried, int delayMs = 0)
    {
        using var collector = new Collector(_folder, answer);

        var result = await Sending.SendAsync(Options(collector));

        var name = answer.Split(' ')[0];
        Assert.Equal((isRetried ? SendOutcome.TryAgain : SendOutcome.Refused, $"gRPC {name}: said {name}, naïvely"), (result.Outcome, result.Message));
        Assert.Equal(delayMs == 0 ? null : TimeSpan.FromMilliseconds(delayMs), result.RetryAfter);
        Assert.Equal(0, collector.Spans);
    }

    [Fact]
    public async Task Partial_success_is_read()
    {
        using var collector = new Collector(_folder, "partial");

        Assert.Equal(new(SendOutcome.Accepted, 2, null, "too old"), await Sending.SendAsync(Options(collector)));
    }

    [Fact]
    public async Task Late_answer_is_not_waited_for_and_the_next_call_takes_a_connection_of_its_own()
    {
        using var collector = new Collector(_folder, "slow\nok");
        using var exporter = Options(collector, ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500")).CreateExporter();

        var late = await exporter.SendAsync(Sending.Request(), TestContext.Current.CancellationToken);
        var next = await exporter.SendAsync(Sending.Request(), TestContext.Current.CancellationToken);

        Assert.Equal((SendOutcome.TryAgain, "no answer within 1.5 s"), (late.Outcome, late.Message));
        Assert.Equal(SendOutcome.Accepted, next.Outcome);
        Assert.Equal(2, collector.Calls.Select(call => call.GetProperty("peer").GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Calls_share_a_connection()
    {
        using var collector = new Collector(_folder);
        using var exporter = Options(collector).CreateExporter();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(SendOutcome.Accepted, (await exporter.SendAsync(Sending.Request(), TestContext.Current.CancellationToken)).Outcome);
        }

        Assert.Single(collector.Calls.Select(call => call.GetProperty("peer").GetString()).Distinct());
    }

    [Fact]
    public async Task Socket_instead_of_a_port()
    {
        using var collector = new Collector(_folder, address: "unix:" + _folder.Of("c.sock"));

        var options = Sending.Read(("OTEL_EXPORTER_OTLP_ENDPOINT", "unix://" + _folder.Of("c.sock")), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));

        Assert.Equal(SendOutcome.Accepted, (await Sending.SendAsync(options)).Outcome);
        Assert.Equal(3, collector.Spans);
    }

    [Fact]
    public async Task Nobody_there_is_tried_again()
    {
        var result = await Sending.SendAsync(Options(Receiver.FreePort()));

        Assert.Equal((SendOutcome.TryAgain, "Connection refused"), (result.Outcome, result.Message));
    }

    [Fact]
    public async Task Receiver_of_http_1_is_said_and_tried_again()
    {
        using var receiver = new Receiver();

        var result = await Sending.SendAsync(Options(receiver.Port));

        Assert.Equal(SendOutcome.TryAgain, result.Outcome);
        Assert.StartsWith("The HTTP/2 server sent invalid data", result.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("client")]
    [InlineData("rsa-client")]
    public async Task Mutual_tls(string client)
    {
        TestCertificates.Make(_folder.Path);
        using var collector = new Collector(_folder, "ok", null, "server.pem", "server.key", "authority.pem");
        (string, string)[] trusting = [("OTEL_EXPORTER_OTLP_CERTIFICATE", _folder.Of("authority.pem"))];
        var anonymous = Options(collector, "https", trusting);
        var known = Options(
            collector, "https",
            [
                .. trusting, ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", _folder.Of(client + ".pem")),
                ("OTEL_EXPORTER_OTLP_CLIENT_KEY", _folder.Of(client + ".key")),
            ]);

        Assert.Equal(SendOutcome.TryAgain, (await Sending.SendAsync(anonymous)).Outcome);
        Assert.Equal(new(SendOutcome.Accepted), await Sending.SendAsync(known));

        Assert.Equal(client == "client" ? "hilo-client" : "hilo-rsa", Assert.Single(collector.Calls).GetProperty("client")[0].GetString());
    }

    private static ReceiverOptions Options(Collector collector, params (string, string)[] more) => Options(collector, "http", more);

    private static ReceiverOptions Options(Collector collector, string scheme, (string, string)[] more) => Sending.Read(
        [("OTEL_EXPORTER_OTLP_ENDPOINT", $"{scheme}://localhost:{collector.Port}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"), .. more]);

    private static ReceiverOptions Options(int port) =>
        Sending.Read(("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{port}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"));
}
