// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>Row D04: three services, an agent, Kafka, hilo forward, two receivers: every span arrives at both, whatever dies.</summary>
public sealed class D04KafkaTests : Scenario
{
    private const int FirstPort = 4319;
    private const int SecondPort = 4320;
    private const int Requests = 100;
    private const int SpansEach = 5;
    private const int SigUsr2 = 12;
    private string _queue = "";
    private int _asked;

    [Fact]
    public void Every_span_reaches_both_receivers()
    {
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("shop"), 8001);
        Sandbox.Serve(Programs.Server("node", 8002, Sandbox.Folder).Named("orders"), 8002);
        Sandbox.Serve(Programs.Server("php", 8003, Sandbox.Folder).Named("stock"), 8003);
        var brokers = Brokers();
        using var first = new OtlpReceiver(Sandbox.Network, FirstPort);
        var second = new OtlpReceiver(Sandbox.Network, SecondPort);
        var forward = Forward();
        var agent = Trace();

        Ask();
        Await(() => first.Spans, agent, forward);
        Await(() => second.Spans, agent, forward);
        second.Dispose();
        Ask();
        Await(() => first.Spans, agent, forward);

        // Brokers go and return while spans are made; the one who reads is killed meanwhile.
        Send(brokers, Native.SigUsr1, "down");
        Ask();
        forward.Stop(Native.SigKill);
        Send(brokers, SigUsr2, "up");
        forward = Forward();
        Await(() => first.Spans, agent, forward);
        using var returned = new OtlpReceiver(Sandbox.Network, SecondPort);
        Await(() => [.. second.Spans, .. returned.Spans], agent, forward);
        Assert.Equal(0, agent.Stop(Native.SigTerm));
        Assert.Equal(0, forward.Stop(Native.SigTerm));

        var traced = Ledger.Find(agent.Errors)!;
        Assert.Equal((Expected, Expected, 0, 0), (traced.Seen, traced.Exported, traced.Dropped, traced.Unexplained));
        foreach (var receiver in new[] { "otlp", "second" })
        {
            var forwarded = Ledger.Find(forward.Errors.Replace($"ledger of {receiver}:", "ledger:", StringComparison.Ordinal))!;
            Assert.Equal((0, 0, 0), (forwarded.Dropped, forwarded.InFlight, forwarded.Unexplained));
        }
    }

    private int Expected => _asked * SpansEach;

    private static HashSet<(string, string)> Distinct(IEnumerable<Span> spans) => [.. spans.Select(span => (span.TraceId, span.SpanId))];

    // A group misses a member that was killed after 15 seconds.
    private void Await(Func<IReadOnlyList<Span>> spans, RunningProgram agent, RunningProgram forward) => forward.WaitFor(
        () => Distinct(spans()).Count == Expected, $"{Expected} spans, not {Distinct(spans()).Count}; {agent.Errors}", 60);

    private static void Send(RunningProgram brokers, int signal, string answer)
    {
        Native.Signal(brokers.Pid, signal);
        brokers.WaitFor(() => brokers.Output.TrimEnd().EndsWith(answer, StringComparison.Ordinal), answer);
    }

    private RunningProgram Brokers()
    {
        var library = Path.Combine(Repository.Root, "out", "librdkafka", "jit", "librdkafka.so");
        var brokers = Sandbox.StartOutside(new ProgramStart("python3", "python/brokers.py", library, "3", "traces", "4"));
        brokers.WaitFor(() => brokers.Output.Contains('\n', StringComparison.Ordinal), "addresses");
        _queue = $"kafka:{brokers.Output.Trim()}/traces";
        return brokers;
    }

    private RunningProgram Forward()
    {
        var forward = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "forward")
        {
            Environment =
            {
                ["HILO_QUEUE"] = _queue,
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{FirstPort}",
                ["HILO_RECEIVERS"] = "second",
                ["HILO_RECEIVER_SECOND_ENDPOINT"] = $"http://127.0.0.1:{SecondPort}",
            },
        });
        forward.WaitFor(() => forward.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`");
        return forward;
    }

    private RunningProgram Trace()
    {
        var agent = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "run")
        {
            Environment =
            {
                ["HILO_CGROUP"] = Sandbox.Traced.Folder,
                ["OTEL_EBPF_AUTO_TARGET_EXE"] = "*",
                ["HILO_QUEUE"] = _queue,
            },
        });
        agent.WaitFor(() => agent.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`", 40);
        return agent;
    }

    private void Ask()
    {
        var stock = Uri.EscapeDataString("http://127.0.0.1:8003/headers?id=1");
        var orders = Uri.EscapeDataString($"http://127.0.0.1:8002/hop?next={stock}");
        Load.Run(Sandbox.Network, 4, Requests, _ => new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:8001/hop?next={orders}"), (_, _) => { });
        _asked += Requests;
    }
}
