// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;
using Scenarios.Tls;

namespace Scenarios.Delivery;

/// <summary>
/// Brokers behind mutual TLS. The brokers that can be had speak none, and tell clients their own addresses; so they are in a network of
/// their own, and in that of the clients haproxy listens at the same addresses.
/// </summary>
public sealed class KafkaTlsTests : Scenario
{
    private const int HttpPort = 4328;
    private const int Count = 20;

    [Fact]
    public void Spans_go_in_and_out_with_certificates_and_not_without()
    {
        var certificate = new Certificate(Sandbox);
        var queue = Brokers(certificate);
        using var receiver = new OtlpReceiver(Sandbox.Network);
        (string, string)[] trusted =
        [
            ("HILO_KAFKA_CERTIFICATE", certificate.Authority),
            ("HILO_KAFKA_CLIENT_CERTIFICATE", certificate.Chain),
            ("HILO_KAFKA_CLIENT_KEY", certificate.Chain),
        ];

        var stranger = Start("collect", queue, ("HILO_KAFKA_CERTIFICATE", certificate.Authority));
        Assert.Matches("429|503", Send(1));
        Assert.Equal(0, stranger.Stop(Native.SigTerm));
        Assert.Matches("(?i)certificate required|handshake", stranger.Errors);

        var collect = Start("collect", queue, trusted);
        for (var i = 1; i <= Count; i++)
        {
            Assert.Equal("200", Send(i));
        }
        Assert.Equal(0, collect.Stop(Native.SigTerm));

        var forward = Start("forward", queue, [.. trusted, ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{OtlpReceiver.Port}")]);
        forward.WaitFor(() => receiver.Spans.Select(span => span.TraceId).Distinct().Count() == Count, $"{Count} spans; {forward.Errors}", 40);
        Assert.Equal(0, forward.Stop(Native.SigTerm));
    }

    private RunningProgram Start(string role, string queue, params (string Name, string Value)[] settings)
    {
        var program = Sandbox.StartOutside(new ProgramStart(Repository.Agent, role)
        {
            Environment = new(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value)))
            {
                ["HILO_QUEUE"] = queue,
                ["HILO_INGEST"] = "none",
                ["HILO_INGEST_OTLP_HTTP"] = $"127.0.0.1:{HttpPort}",
            },
        });
        program.WaitFor(() => program.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`");
        return program;
    }

    private string Send(int number) => Sandbox.StartOutside(new ProgramStart(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "content-type: application/json", "-d", string.Create(CultureInfo.InvariantCulture, $$"""
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b6338{{number:D7}}","spanId":"eee19b7ec3c1b174","name":"x","kind":2,"startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}
        """), $"http://127.0.0.1:{HttpPort}/v1/traces")).Finish().TrimEnd();

    private string Brokers(Certificate certificate)
    {
        var inside = Sandbox.AddNetwork();
        var library = Path.Combine(Repository.Root, "out", "librdkafka", "jit", "librdkafka.so");
        var brokers = Sandbox.StartOutside(new ProgramStart("python3", "python/brokers.py", library, "3", "traces", "4"), inside);
        brokers.WaitFor(() => brokers.Output.Contains('\n', StringComparison.Ordinal), "addresses");
        var addresses = brokers.Output.Trim().Split(',');
        Relay("inside", inside, addresses.Select(address => ($"unix@{Socket(address)}", address)));
        Relay("outside", Sandbox.Network, addresses.Select(address => (
            $"{address} ssl crt {certificate.Chain} ca-file {certificate.Authority} verify required", $"unix@{Socket(address)}")));
        brokers.WaitFor(() => addresses.All(address => Sandbox.Network.IsListening(int.Parse(address.Split(':')[^1], CultureInfo.InvariantCulture))), "listeners");
        return $"kafka:{string.Join(',', addresses)}/traces";
    }

    private string Socket(string address) => Sandbox.PathOf(address.Split(':')[^1]);

    private void Relay(string name, NetworkNamespace network, IEnumerable<(string From, string To)> ways)
    {
        var file = Sandbox.PathOf(name + ".cfg");
        File.WriteAllText(file, $"""
            defaults
                mode tcp
                timeout connect 10s
                timeout client 60s
                timeout server 60s
            {string.Join('\n', ways.Select((way, i) => $"listen relay-{i}\n    bind {way.From}\n    server broker {way.To}"))}

            """);
        Sandbox.StartOutside(new ProgramStart("/usr/sbin/haproxy", "-db", "-f", file), network);
    }
}
