// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>What Hilo says of itself to Prometheus.</summary>
public sealed partial class MetricsTests : Scenario
{
    private const int Port = 9464;

    [Fact]
    public void Figures_are_those_of_the_run_and_promtool_finds_no_fault()
    {
        const int requests = 300;
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(
            Sandbox, ("OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT", $"{Port}"), ("HILO_OVERHEAD_INTERVAL", "0.2"));
        var talk = new Conversation();
        for (var i = 0; i < requests; i++)
        {
            talk.Send(Request.Get($"/figures?id={i}")).Step("sleep 1");
        }

        Play(talk, recorder);
        var checks = Sandbox.StartOutside(new ProgramStart("promtool", "check", "metrics") { Input = Scrape() }).Finish();
        var wrongPath = Sandbox.StartOutside(new ProgramStart("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", $"http://127.0.0.1:{Port}/metrics")).Finish();
        // A target asks, so that its own side is seen; the other side is the agent's.
        var figures = Parse(Sandbox.Start(Curl()).Finish());
        agent.Finish();

        Assert.Equal("", checks);
        Assert.Equal("404", wrongPath.TrimEnd());
        Assert.Equal(requests + 1, figures["hilo_kernel_events_total{reason=\"injected\"}"]); // curl's own has not been answered
        Assert.Equal(2 * requests, figures["hilo_spans_seen_total"]);
        Assert.Equal(
            figures["hilo_spans_seen_total"],
            figures["hilo_spans_exported_total"] + figures["hilo_spans_in_flight"] + figures.Where(figure => figure.Key.StartsWith("hilo_spans_dropped_total", StringComparison.Ordinal)).Sum(figure => figure.Value));
        Assert.Equal(0, figures["hilo_guard_state"]);
        Assert.Equal(requests, figures["hilo_guard_requests_answered_total{group=\"usual\"}"]);
        Assert.Equal(0, figures["hilo_overhead_step"]);
        Assert.Equal(0.00001, figures["hilo_overhead_budget_seconds"]);
        Assert.Equal(1, figures["hilo_canary_passed{trial=\"bytes\"}"]);
        Assert.InRange(figures["process_resident_memory_bytes"], 1e6, 1e9);
        Assert.Equal(requests, agent.Spans.Count(span => span.IsServer));
    }

    private static ProgramStart Curl() => new("curl", "-sS", "--fail", $"http://127.0.0.1:{Port}/internal/metrics");

    private string Scrape() => Sandbox.StartOutside(Curl()).Finish();

    private static Dictionary<string, double> Parse(string text) => Sample().Matches(text).ToDictionary(
        match => match.Groups["name"].Value, match => double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(?<name>[a-z_]+(\{[a-z]+=""[^""]*""\})?) (?<value>[0-9.E+-]+)$", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
