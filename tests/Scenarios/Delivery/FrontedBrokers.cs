// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>
/// Brokers, with something in front that they cannot do themselves. They tell clients their own addresses; so they are in a network
/// of their own, and in that of the clients something else listens at the same addresses. Between them are sockets of the file system.
/// </summary>
public abstract class FrontedBrokers : Scenario
{
    private protected const int HttpPort = 4328;

    private string[] _addresses = [];

    /// <summary>For HILO_QUEUE.</summary>
    private protected string Queue => $"kafka:{string.Join(',', _addresses)}/traces";

    /// <summary>Each with the socket behind which that broker is.</summary>
    private protected IEnumerable<(string Address, string Socket)> Ways =>
        _addresses.Select(address => (address, Sandbox.PathOf(address.Split(':')[^1])));

    private protected void StartBrokers()
    {
        var inside = Sandbox.AddNetwork();
        var library = Path.Combine(Repository.Root, "out", "librdkafka", "jit", "librdkafka.so");
        var brokers = Sandbox.StartOutside(new ProgramStart("python3", "python/brokers.py", library, "3", "traces", "4"), inside);
        brokers.WaitFor(() => brokers.Output.Contains('\n', StringComparison.Ordinal), "addresses");
        _addresses = brokers.Output.Trim().Split(',');
        Relay("inside", inside, Ways.Select(way => ($"unix@{way.Socket}", way.Address)));
        brokers.WaitFor(() => Ways.All(way => File.Exists(way.Socket)), "sockets");
    }

    /// <summary>Returns when somebody listens at the addresses of the brokers.</summary>
    private protected void AwaitFront(RunningProgram front) => front.WaitFor(
        () => _addresses.All(address => Sandbox.Network.IsListening(int.Parse(address.Split(':')[^1], CultureInfo.InvariantCulture))), "listeners");

    private protected RunningProgram Relay(string name, NetworkNamespace network, IEnumerable<(string From, string To)> ways)
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
        return Sandbox.StartOutside(new ProgramStart("/usr/sbin/haproxy", "-db", "-f", file), network);
    }

    /// <summary>A role of Hilo's that is ready; settings come after those that all have.</summary>
    private protected RunningProgram Start(string role, params (string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string>
        {
            ["HILO_QUEUE"] = Queue,
            ["HILO_INGEST"] = "none",
            ["HILO_INGEST_OTLP_HTTP"] = $"127.0.0.1:{HttpPort}",
        };
        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }
        var program = Sandbox.StartOutside(new ProgramStart(Repository.Agent, role) { Environment = environment });
        program.WaitFor(() => program.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`");
        return program;
    }

    /// <summary>Sends one span to <c>hilo collect</c>; the status that it answers.</summary>
    private protected string Send(int number) => Sandbox.StartOutside(new ProgramStart(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "content-type: application/json", "-d", string.Create(CultureInfo.InvariantCulture, $$"""
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b6338{{number:D7}}","spanId":"eee19b7ec3c1b174","name":"x","kind":2,"startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}
        """), $"http://127.0.0.1:{HttpPort}/v1/traces")).Finish().TrimEnd();

    /// <summary>As many traces as were sent, through the topic, to a receiver.</summary>
    private protected void Forward(int traces, params (string Name, string Value)[] settings)
    {
        using var receiver = new OtlpReceiver(Sandbox.Network);
        var forward = Start("forward", [.. settings, ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{OtlpReceiver.Port}")]);
        forward.WaitFor(() => receiver.Spans.Select(span => span.TraceId).Distinct().Count() == traces, $"{traces} spans; {forward.Errors}", 40);
        Assert.Equal(0, forward.Stop(Native.SigTerm));
    }
}
