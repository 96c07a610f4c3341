// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>
/// Row D03: the kernel side has more to tell than its ring holds. Programs that make 300,000 events a second leave no CPU on a small
/// machine for anything else; an agent that is held still for most of the time misses as large a part of them.
/// </summary>
public sealed class D03RingTests : Scenario
{
    private const int FirstPort = 8081;
    private const int HeldMilliseconds = 1200;
    private const int FreeMilliseconds = 60;
    private const int SpansPerRequest = 3;

    /// <summary>Every span says which request it is of, so its parent must too, whatever was lost in between.</summary>
    [Fact]
    public async Task What_does_not_fit_is_counted_exactly_and_no_parent_is_wrong()
    {
        const int Requests = 20_000;
        using var agent = Start();
        Serve();
        Sandbox.Serve(Programs.Server("java", FirstPort, Sandbox.Folder).Named("first"), FirstPort);

        var load = Task.Run(() => Load.Run(Sandbox.Network, 8, Requests, Make, (_, _) => { }), TestContext.Current.CancellationToken);
        HoldUntil(agent, () => load.IsCompleted);
        await load;

        var ledger = agent.Finish(mayDrop: true);
        Assert.Equal(SpansPerRequest * Requests, ledger.Seen);
        Assert.Equal(ledger.Dropped, agent.Counter("ring_full"));
        Assert.InRange(ledger.Dropped, ledger.Seen / 10, ledger.Seen - (ledger.Seen / 20));
        AssertParents(agent.Spans);
    }

    /// <summary>As fast as this machine can: requests that do not wait for answers.</summary>
    [Fact]
    public void At_the_highest_rate_everything_is_exported_or_counted()
    {
        const int Requests = 400_000;
        using var agent = Start();
        Serve();

        var load = Sandbox.StartOutside(new ProgramStart(
            "h2load", "--h1", $"--requests={Requests}", "--clients=8", "--max-concurrent-streams=32", $"{Backend}/busy"));
        HoldUntil(agent, () => load.HasExited);
        Assert.Contains($"{Requests} succeeded, 0 failed", load.Finish(), StringComparison.Ordinal);

        var ledger = agent.Finish(mayDrop: true);
        Assert.Equal(Requests, ledger.Seen);
        Assert.Equal(ledger.Dropped, agent.Counter("ring_full"));
        Assert.InRange(ledger.Dropped, Requests / 4, Requests - 1);
        Assert.All(agent.Spans, span => Assert.True(span.IsRoot && span.IsServer));
        Assert.Equal(agent.Spans.Count, agent.Spans.Select(span => span.TraceId).Distinct().Count());
    }

    // Without the governor, with which less than everything would be told, and with a queue that loses nothing. Signals end the
    // loading of programs: that must be over.
    private Agent Start()
    {
        var agent = new Agent(
            Sandbox, ("HILO_OVERHEAD_BUDGET", "off"), ("OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE", "1000000"), ("HILO_QUEUE_BYTES", "1000000000"));
        agent.AwaitTls();
        return agent;
    }

    private void Serve() =>
        Sandbox.Serve(Programs.Server("nginx", Programs.BackendPort, Sandbox.Folder).Named("second"), Programs.BackendPort);

    private static HttpRequestMessage Make(int i) =>
        new(HttpMethod.Get, $"http://127.0.0.1:{FirstPort}/hop?id={i}&next={Uri.EscapeDataString($"{Backend}/headers?id={i}")}");

    private static void HoldUntil(Agent agent, Func<bool> isOver)
    {
        for (var patience = DateTime.UtcNow.AddMinutes(2); !isOver() && DateTime.UtcNow < patience;)
        {
            Native.Signal(agent.Program.Pid, Native.SigStop);
            Thread.Sleep(HeldMilliseconds);
            Native.Signal(agent.Program.Pid, Native.SigCont);
            Thread.Sleep(FreeMilliseconds);
        }
    }

    private static void AssertParents(IReadOnlyList<Span> spans)
    {
        var byId = spans.ToDictionary(span => span.SpanId);
        var found = 0;
        foreach (var span in spans)
        {
            Assert.Equal(span.IsRoot, span.IsServer && span.Attributes["server.port"] == $"{FirstPort}");
            if (byId.TryGetValue(span.ParentId, out var parent))
            {
                found++;
                Assert.Equal((span.Id, span.TraceId, span.IsClient), (parent.Id, parent.TraceId, parent.IsServer));
            }
        }
        Assert.InRange(found, 1, spans.Count);
        Assert.All(spans.GroupBy(span => span.TraceId), trace => Assert.Single(trace.Select(span => span.Id).Distinct()));
        Assert.All(spans.GroupBy(span => span.Id), request => Assert.Single(request.Select(span => span.TraceId).Distinct()));
    }
}
