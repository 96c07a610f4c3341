// SPDX-License-Identifier: Apache-2.0
using Agent.Application;
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Tests.Tracing;

namespace Agent.Tests.Application;

/// <summary>What is measured of requests, by the spans of them.</summary>
public class ApplicationMetricsTests
{
    private readonly ApplicationMetrics _metrics = new(ApplicationOptions.Everything);

    [Fact]
    public void A_request_is_counted_with_its_route_and_status()
    {
        Take(Exchanges.Event(Role.Server), "GET /orders/17 HTTP/1.1\r\nHost: shop\r\n\r\n");
        Take(Exchanges.Event(Role.Server, 503), "GET /orders/18 HTTP/1.1\r\nHost: shop\r\n\r\n");
        var text = Describe();
        Assert.Contains("http_server_request_duration_seconds_count{service_name=\"shop\",http_request_method=\"GET\",http_route=\"/orders/*\",http_response_status_code=\"200\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("http_response_status_code=\"503\",error_type=\"503\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("http_response_status_code=\"200\",le=\"0.01\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("http_response_status_code=\"200\",le=\"0.025\"} 1\n", text, StringComparison.Ordinal); // 12.4 ms
    }

    [Fact]
    public void A_call_is_counted_with_its_method_and_status()
    {
        Take(Exchanges.Call(Role.Client, grpcStatus: 0), Exchanges.CallHead);
        Assert.Contains(
            "rpc_client_duration_seconds_count{service_name=\"shop\",rpc_system=\"grpc\",rpc_service=\"shop.v1.Orders\",rpc_method=\"Place\",rpc_grpc_status_code=\"0\",server_address=\"orders.example\"",
            Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void Both_sides_make_one_edge_in_any_order()
    {
        var client = Exchanges.Event(Role.Client);
        var server = Exchanges.Event(Role.Server);
        server.ParentId = client.Span.SpanId;
        Take(client, "GET / HTTP/1.1\r\n\r\n");
        Take(server, "GET / HTTP/1.1\r\n\r\n");
        Take(server, "GET / HTTP/1.1\r\n\r\n");
        Take(client, "GET / HTTP/1.1\r\n\r\n");
        var text = Describe();
        Assert.Contains("traces_service_graph_request_total{client=\"shop\",server=\"shop\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("traces_service_graph_request_server_seconds_count{client=\"shop\",server=\"shop\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("traces_service_graph_unpaired_spans_total 0\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_displaced_is_an_edge_to_the_name_that_it_used()
    {
        var client = Exchanges.Event(Role.Client);
        Take(client, "GET / HTTP/1.1\r\nHost: a\"b\\c\r\n\r\n");
        Take(client, "GET / HTTP/1.1\r\nHost: other\r\n\r\n");
        Assert.Contains("traces_service_graph_request_total{client=\"shop\",server=\"a\\\"b\\\\c\",connection_type=\"virtual_node\"} 1\n", Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_finds_no_room_shares_one_series()
    {
        const int hosts = 2100;
        for (var i = 0; i < hosts; i++)
        {
            Take(Exchanges.Event(Role.Client), $"GET / HTTP/1.1\r\nHost: host{i}.example\r\n\r\n");
        }
        var text = Describe();
        Assert.Contains("http_client_request_duration_seconds_count{otel_metric_overflow=\"true\"} 100\n", text, StringComparison.Ordinal);
        Assert.Contains("traces_service_graph_request_total{", text, StringComparison.Ordinal);
        Assert.Equal(2001, text.Split('\n').Count(line => line.StartsWith("http_client_request_duration_seconds_count", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(BenchTraffic.Http1)]
    [InlineData(BenchTraffic.Grpc)]
    internal void Measuring_allocates_nothing(BenchTraffic traffic)
    {
        var bench = new SpanBench(traffic, _metrics);
        bench.Measure(20_000);
        Assert.Equal(0, bench.Measure(200_000).Allocated);
    }

    [Theory]
    [InlineData(null, null, false, true, false)]
    [InlineData("9000", null, true, true, false)]
    [InlineData("9000", "application_service_graph", true, false, true)]
    [InlineData("9000", "all", true, true, true)]
    [InlineData("9000", "none", false, false, false)]
    public void Features_are_those_of_obi(string? port, string? features, bool isOn, bool requests, bool graph)
    {
        var options = ApplicationOptions.Read(name => name.EndsWith("PORT", StringComparison.Ordinal) ? port : name.EndsWith("FEATURES", StringComparison.Ordinal) ? features : null);
        Assert.Equal((isOn, requests, graph), (options.IsOn, options.Requests, options.ServiceGraph));
    }

    [Fact]
    public void Others_are_refused() =>
        Assert.Throws<ConfigException>(() => ApplicationOptions.Read(name => name.EndsWith("FEATURES", StringComparison.Ordinal) ? "aplication" : null));

    private void Take(ExchangeEvent e, string head) => _metrics.Take(Exchanges.Encode(e, System.Text.Encoding.Latin1.GetBytes(head), []));

    private string Describe()
    {
        var text = new MetricsText();
        _metrics.Describe(text);
        return text.ToString();
    }
}
