// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Scenarios.Harness;

namespace Scenarios.Lifecycle;

/// <summary>Figures about requests: curl asks Python, which asks nginx, and every request is counted once on each side.</summary>
public sealed partial class ApplicationMetricsTests : Scenario
{
    private const int Port = 9466;
    private const int FrontPort = 8001;
    private const int BackPort = 8002;
    private const int Requests = 40;

    [Fact]
    public void Counts_are_those_of_the_requests_and_promtool_finds_no_fault()
    {
        var folder = Directory.CreateDirectory(Sandbox.PathOf("back")).FullName;
        Sandbox.Serve(Programs.Server("nginx", BackPort, folder), BackPort);
        Sandbox.Serve(Programs.Server("python", FrontPort, folder).Named("front"), FrontPort);
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_PROMETHEUS_PORT", $"{Port}"), ("OTEL_EBPF_METRICS_FEATURES", "all"));

        var next = Uri.EscapeDataString($"http://127.0.0.1:{BackPort}/");
        for (var i = 0; i < Requests; i++)
        {
            Sandbox.Start(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", $"http://127.0.0.1:{FrontPort}/hop?id={i}&next={next}").Named("curl")).Finish();
        }

        // What is told of a request is there once its batch is sealed: 200 ms, more on a busy machine.
        var scraped = Scrape();
        for (var wait = 0; wait < 50 && Sum(scraped, "traces_service_graph_request_total") < 2 * Requests; wait++)
        {
            Thread.Sleep(200);
            scraped = Scrape();
        }

        var checks = Sandbox.StartOutside(new ProgramStart("promtool", "check", "metrics") { Input = scraped }).Finish();
        agent.Finish();

        Assert.Equal("", checks);
        Assert.Equal(Requests, Sum(scraped, "http_server_request_duration_seconds_count", "service_name=\"front\"", "http_route=\"/hop\"", "http_response_status_code=\"200\""));
        Assert.Equal(Requests, Sum(scraped, "http_server_request_duration_seconds_count", "service_name=\"nginx\"", "http_request_method=\"GET\""));
        Assert.Equal(Requests, Sum(scraped, "http_client_request_duration_seconds_count", "service_name=\"front\"", $"server_port=\"{BackPort}\""));
        Assert.Equal(Requests, Sum(scraped, "traces_service_graph_request_total", "client=\"front\"", "server=\"nginx\""));
        Assert.Equal(Requests, Sum(scraped, "traces_service_graph_request_total", "client=\"curl\"", "server=\"front\""));
        Assert.Equal(0, Sum(scraped, "traces_service_graph_request_failed_total"));
    }

    private string Scrape() =>
        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", $"http://127.0.0.1:{Port}/metrics")).Finish();

    private static double Sum(string text, string name, params string[] labels) => Sample().Matches(text)
        .Where(match => match.Groups["name"].Value == name && labels.All(label => match.Groups["labels"].Value.Contains(label, StringComparison.Ordinal)))
        .Sum(match => double.Parse(match.Groups["value"].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"^(?<name>[a-z_]+)(\{(?<labels>.*)\})? (?<value>[0-9.E+-]+)$", RegexOptions.Multiline)]
    private static partial Regex Sample();
}
