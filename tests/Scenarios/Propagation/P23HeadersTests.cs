// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P23: headers that the user named stand on spans, are carried on, and are made up at the edge.</summary>
public sealed class P23HeadersTests : Scenario
{
    private const string Attribute = "http.request.header.correlator-id";

    [Fact]
    public void Named_headers_stand_on_the_spans_of_both_sides()
    {
        using var hop = new OneHop(
            Sandbox,
            ("HILO_CAPTURE_REQUEST_HEADERS", "X-Tenant, user-agent, Authorization, X-Long, Accept-Encoding"),
            ("HILO_CAPTURE_RESPONSE_HEADERS", "Content-Length, X-Missing"));

        hop.Pass("x-tenant:  blue", "X-TENANT: green\t", "Authorization: Bearer secret", "X-Long: " + new string('l', 300));
        hop.Agent.Finish();

        var server = hop.Server.Attributes;
        Assert.Equal("blue,green", server["http.request.header.x-tenant"]);
        Assert.StartsWith("curl/", server["http.request.header.user-agent"], StringComparison.Ordinal);
        Assert.Equal("REDACTED", server["http.request.header.authorization"]);
        Assert.Equal(new string('l', 128), server["http.request.header.x-long"]);
        Assert.Equal("2", server["http.response.header.content-length"]);
        Assert.DoesNotContain("http.response.header.x-missing", server.Keys);
        Assert.NotEmpty(hop.Client.Attributes["http.request.header.accept-encoding"]);
        Assert.NotEmpty(hop.Client.Attributes["http.response.header.content-length"]);
        Assert.DoesNotContain("secret", string.Join(' ', server.Values), StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_headers_of_128_bytes_each_are_kept_wherever_they_stand()
    {
        string[] names = [.. Enumerable.Range(0, 8).Select(i => $"Evidence-{i}")];
        using var hop = new OneHop(Sandbox, ("HILO_CAPTURE_REQUEST_HEADERS", string.Join(',', names)));

        hop.Pass([.. names.SelectMany((name, i) => new[] { "X-Padding: " + new string('p', 700), $"{name}: {new string((char)('a' + i), 128)}" })]);
        hop.Agent.Finish();

        Assert.All(names.Index(), entry => Assert.Equal(
            new string((char)('a' + entry.Index), 128), hop.Server.Attributes["http.request.header." + entry.Item.ToLowerInvariant()]));
    }

    [Fact]
    public void A_relayed_header_goes_on_with_what_lacks_it()
    {
        using var hop = new OneHop(Sandbox, ("HILO_RELAY_HEADERS", "Correlator-Id"));

        var lines = hop.Pass("correlator-id: 7f3a-42");
        hop.Agent.Finish();

        Assert.Equal("7f3a-42", OneHop.Value(lines, "Correlator-Id"));
        Assert.Equal("7f3a-42", hop.Server.Attributes[Attribute]);
        Assert.Equal("7f3a-42", hop.Client.Attributes[Attribute]);
    }

    [Fact]
    public void Nothing_is_relayed_where_nothing_came()
    {
        using var hop = new OneHop(Sandbox, ("HILO_RELAY_HEADERS", "Correlator-Id"));

        var lines = hop.Pass();
        hop.Agent.Finish();

        Assert.Null(OneHop.Value(lines, "Correlator-Id"));
        Assert.DoesNotContain(Attribute, hop.Server.Attributes.Keys);
    }

    [Fact]
    public void It_is_made_up_at_the_edge_when_asked()
    {
        using var hop = new OneHop(Sandbox, ("HILO_GENERATE_HEADERS", "Correlator-Id"));

        var lines = hop.Pass();
        hop.Agent.Finish();

        var value = OneHop.Value(lines, "Correlator-Id");
        Assert.Equal(hop.Server.TraceId, value);
        Assert.Equal(value, hop.Server.Attributes[Attribute]);
        Assert.Equal(value, hop.Client.Attributes[Attribute]);
    }

    [Fact]
    public void What_a_proxy_forwards_by_itself_is_not_doubled()
    {
        const int port = 8000;
        var recorder = new Recorder(Sandbox, traced: false);
        Sandbox.Serve(Programs.Proxy(port, Programs.BackendPort, Sandbox.Folder), port);
        using var agent = new Agent(Sandbox, ("HILO_GENERATE_HEADERS", "Correlator-Id"));

        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", "-H", "Correlator-ID: 9", $"http://127.0.0.1:{port}/headers?id=1")).Finish();
        var lines = System.Text.Encoding.Latin1.GetString(recorder.Take().Single()).Split("\r\n");
        agent.Finish();

        Assert.Equal("9", OneHop.Value(lines, "Correlator-Id"));
        Assert.All(agent.Spans, span => Assert.Equal("9", span.Attributes[Attribute]));
        Assert.Equal(2, agent.Spans.Count);
    }
}
