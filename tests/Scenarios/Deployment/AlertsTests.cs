// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using Scenarios.Harness;

namespace Scenarios.Deployment;

/// <summary>Alert rules, tried by promtool on series of which it is known what they should do, and the dashboard.</summary>
public sealed partial class AlertsTests : Scenario
{
    private const int Port = 9464;

    private static readonly string Rules = Path.Combine(Repository.Root, "deploy", "prometheus", "alerts.yaml");

    [Fact]
    public void Each_fires_when_it_should_and_only_then()
    {
        var series = Sandbox.PathOf("alerts.test.yaml");
        File.WriteAllText(series, File.ReadAllText(Path.Combine(Repository.Root, "tests", "Scenarios", "Deployment", "alerts.test.yaml"))
            .Replace("[ALERTS]", $"['{Rules}']", StringComparison.Ordinal));
        Sandbox.StartOutside(new ProgramStart("promtool", "test", "rules", series)).Finish();
    }

    // Grafana itself is not to be had: that the dashboard loads there is not tried.
    [Theory]
    [InlineData("prometheus/alerts.yaml")]
    [InlineData("grafana/hilo.json")]
    public void All_that_is_looked_at_is_told_by_an_agent(string file)
    {
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT", $"{Port}"));
        var page = Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", $"http://127.0.0.1:{Port}/internal/metrics")).Finish();
        agent.Finish();

        var names = Name().Matches(File.ReadAllText(Path.Combine(Repository.Root, "deploy", file))).Select(match => match.Value).Distinct().ToArray();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains($"# TYPE {name} ", page, StringComparison.Ordinal));
    }

    [GeneratedRegex("(hilo|process)_[a-z_]+_[a-z_]+")]
    private static partial Regex Name();
}
