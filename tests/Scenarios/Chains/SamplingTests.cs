// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using Scenarios.Harness;

namespace Scenarios.Chains;

/// <summary>The first service decides whether a trace is kept; the others follow it.</summary>
public sealed class SamplingTests : Scenario
{
    private const int Count = 1000;

    [Fact]
    public void A_trace_is_kept_whole_or_not_at_all()
    {
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("first"), 8001);
        Sandbox.Serve(Programs.Server("php", 8002, Sandbox.Folder).Named("second"), 8002);
        using var agent = new Agent(Sandbox, ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.3"));

        var sampled = new ConcurrentDictionary<string, bool>();
        Load.Run(Sandbox.Network, 4, Count, Make, (i, answer) => Remember(sampled, answer));
        var ledger = agent.Finish();

        var traces = agent.Spans.GroupBy(span => span.TraceId).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(Count, sampled.Count);
        Assert.Equal(sampled.Where(trace => trace.Value).Select(trace => trace.Key).Order(), traces.Keys.Order());
        Assert.All(traces.Values, spans => Assert.Equal(3, spans));
        Assert.InRange(traces.Count, Count * 24 / 100, Count * 36 / 100);
        Assert.Equal(3 * (Count - traces.Count), ledger.Unsampled);
    }

    private static HttpRequestMessage Make(int i) =>
        new(HttpMethod.Get, $"http://127.0.0.1:8001/hop?id={i}&next={Uri.EscapeDataString($"http://127.0.0.1:8002/headers?id={i}")}");

    private static void Remember(ConcurrentDictionary<string, bool> sampled, string answer)
    {
        var line = Assert.Single(answer.Split('\n'), line => line.StartsWith("traceparent: ", StringComparison.OrdinalIgnoreCase));
        var context = TraceParent.ReadLine(System.Text.Encoding.ASCII.GetBytes("traceparent: " + line[13..].Trim() + "\r\n"));
        Assert.True(context is not null && sampled.TryAdd(context.TraceId, context.IsSampled), line);
    }
}
