// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>Three services, an agent, a collector with a queue on disk, two receivers: every span arrives at both, whatever dies.</summary>
public sealed class PipelineTests : Scenario
{
    private const int CollectPort = 4317;
    private const int FirstPort = 4319;
    private const int SecondPort = 4320;
    private const int Requests = 100;
    private const int SpansEach = 5;
    private int _asked;

    [Fact]
    public void Every_span_reaches_both_receivers()
    {
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("shop"), 8001);
        Sandbox.Serve(Programs.Server("node", 8002, Sandbox.Folder).Named("orders"), 8002);
        Sandbox.Serve(Programs.Server("php", 8003, Sandbox.Folder).Named("stock"), 8003);
        using var first = new OtlpReceiver(Sandbox.Network, FirstPort);
        var second = new OtlpReceiver(Sandbox.Network, SecondPort);
        var collect = Collect();
        var agent = Trace();

        Ask();
        Await(() => first.Spans, agent);
        second.WaitFor(spans => Distinct(spans).Count == Expected);
        second.Dispose();
        Ask();
        Await(() => first.Spans, agent);
        collect.Stop(Native.SigKill);
        Ask();
        collect = Collect();
        Await(() => first.Spans, agent);
        using var returned = new OtlpReceiver(Sandbox.Network, SecondPort);
        Await(() => [.. second.Spans, .. returned.Spans], agent);
        Assert.Equal(0, agent.Stop(Native.SigTerm));
        Assert.Equal(0, collect.Stop(Native.SigTerm));

        var traced = Ledger.Find(agent.Errors)!;
        Assert.Equal((Expected, Expected, 0, 0), (traced.Seen, traced.Exported, traced.Dropped, traced.Unexplained));
        foreach (var receiver in new[] { "otlp", "second" })
        {
            var collected = Ledger.Find(collect.Errors.Replace($"ledger of {receiver}:", "ledger:", StringComparison.Ordinal))!;
            Assert.Equal((0, 0, 0, 0), (collected.Dropped, collected.InFlight, collected.Spooled, collected.Unexplained));
        }
    }

    private int Expected => _asked * SpansEach;

    private static HashSet<(string, string)> Distinct(IEnumerable<Span> spans) => [.. spans.Select(span => (span.TraceId, span.SpanId))];

    private void Await(Func<IReadOnlyList<Span>> spans, RunningProgram agent) =>
        agent.WaitFor(() => Distinct(spans()).Count == Expected, $"{Expected} spans", 40);

    private RunningProgram Collect()
    {
        var collect = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "collect")
        {
            Environment =
            {
                ["HILO_INGEST"] = "none",
                ["HILO_INGEST_OTLP_GRPC"] = $"127.0.0.1:{CollectPort}",
                ["HILO_QUEUE"] = $"disk:{Sandbox.PathOf("queue")}",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{FirstPort}",
                ["HILO_RECEIVERS"] = "second",
                ["HILO_RECEIVER_SECOND_ENDPOINT"] = $"http://127.0.0.1:{SecondPort}",
            },
        });
        collect.WaitFor(() => Sandbox.Network.IsListening(CollectPort), "listener");
        return collect;
    }

    private RunningProgram Trace()
    {
        var agent = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "run")
        {
            Environment =
            {
                ["HILO_CGROUP"] = Sandbox.Traced.Folder,
                ["OTEL_EBPF_AUTO_TARGET_EXE"] = "*",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{CollectPort}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
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
