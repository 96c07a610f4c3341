// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Chains;

/// <summary>Nothing is sampled, but traces in which something goes wrong are kept, whole.</summary>
public sealed class RetroactiveKeepTests : Scenario
{
    private const int Requests = 300;
    private const int FailsEvery = 10;
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public void A_trace_with_a_failure_is_exported_whole_and_no_other()
    {
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("first"), 8001);
        Sandbox.Serve(Failing(8002).Named("second"), 8002);
        using var agent = new Agent(Sandbox, ("OTEL_TRACES_SAMPLER", "parentbased_always_off"), ("HILO_KEEP", "errors"));

        Load.Run(Sandbox.Network, 4, Requests, i => Ask(8002, i % FailsEvery == 0 ? "fail" : "fine", $"id={i}"), (_, _) => { });
        var ledger = agent.Finish();

        const int failed = Requests / FailsEvery;
        var traces = agent.Spans.GroupBy(span => span.TraceId).ToList();
        Assert.Equal(failed, traces.Count);
        Assert.All(traces, trace =>
        {
            Assert.Equal(3, trace.Count());
            Assert.Equal(2, trace.Count(span => span.StatusCode == 503));
            Assert.Contains(trace, span => span.IsServer && span.IsRoot && span.StatusCode == 200);
        });
        Assert.Equal((3 * failed, 3 * (Requests - failed)), (ledger.Seen, ledger.Unsampled));
    }

    [Fact]
    public void Requests_that_follow_a_failure_carry_the_decision_on()
    {
        var peer = AddSandbox();
        peer.Serve(Programs.Server("python", 8002, peer.Folder).Named("peer"), 8002, Sandbox.Network);
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("first"), 8001);
        Sandbox.StartOutside(Failing(8003));
        using var far = new Agent(peer);
        using var near = new Agent(Sandbox, ("HILO_KEEP", "errors"));

        var answers = new List<string>();
        foreach (var (port, path) in new[] { (8002, "headers"), (8003, "fail"), (8002, "headers") })
        {
            Load.Run(Sandbox.Network, 1, 1, _ => Ask(port, path, "id=1", $"00-{TraceId}-b7ad6b7169203331-00"), (_, answer) => answers.Add(answer));
            if (path == "fail")
            {
                near.Receiver.WaitFor(spans => spans.Count == 4); // it knows
            }
        }
        near.Finish();
        far.Finish();

        Assert.Contains($"traceparent: 00-{TraceId}-", answers[0], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["-00", "-01"], new[] { answers[0], answers[2] }.Select(FlagsOf));
        Assert.Equal(6, near.Spans.Count(span => span.TraceId == TraceId)); // of its own part all, what came before it too
        var kept = Assert.Single(far.Spans);
        Assert.Contains(near.Spans, span => span.IsClient && span.SpanId == kept.ParentId);
    }

    private static HttpRequestMessage Ask(int port, string path, string query, string? context = null)
    {
        var next = Uri.EscapeDataString($"http://127.0.0.1:{port}/{path}?{query}");
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:8001/hop?{query}&next={next}");
        if (context is not null)
        {
            request.Headers.Add("traceparent", context);
        }
        return request;
    }

    private static string FlagsOf(string answer) =>
        Assert.Single(answer.Split('\n'), line => line.StartsWith("traceparent: ", StringComparison.OrdinalIgnoreCase)).TrimEnd()[^3..];

    private ProgramStart Failing(int port) => Programs.Nginx(Sandbox.Folder, $"listen {port}; location /fail {{ return 503; }} location / {{ return 200 ok; }}");
}
