// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P22: B3 and W3C are read alike, written as configured, and converted without losing the decision.</summary>
public sealed class P22B3Tests : Scenario
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Short = "8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";

    /// <summary>Incoming headers; trace id; state in B3, flags in W3C.</summary>
    public static TheoryData<string[], string, char, string> Contexts => new()
    {
        { [$"traceparent: 00-{Trace}-{Parent}-01"], Trace, '1', "01" },
        { [$"traceparent: 00-{Trace}-{Parent}-03"], Trace, '1', "03" },
        { [$"b3: {Trace}-{Parent}-1"], Trace, '1', "01" },
        { [$"B3: {Trace}-{Parent}-1-05e3ac9a4f6e3b90"], Trace, '1', "01" },
        { [$"b3: {Trace}-{Parent}-d"], Trace, 'd', "01" },
        { [$"b3: {Trace}-{Parent}"], Trace, '1', "01" },
        { [$"b3: {Short}-{Parent}-1"], "0000000000000000" + Short, '1', "01" },
        { [$"X-B3-TraceId: {Trace}", $"X-B3-SpanId: {Parent}", "X-B3-Sampled: 1"], Trace, '1', "01" },
        { [$"x-b3-traceid: {Short}", $"x-b3-spanid: {Parent}", "x-b3-sampled: true"], "0000000000000000" + Short, '1', "01" },
        { [$"X-B3-SpanId: {Parent}", "X-B3-Flags: 1", "X-B3-ParentSpanId: 05e3ac9a4f6e3b90", $"X-B3-TraceId: {Trace}"], Trace, 'd', "01" },
    };

    [Theory]
    [MemberData(nameof(Contexts))]
    public void Every_format_is_converted_into_every_other(string[] incoming, string trace, char state, string flags)
    {
        using var hop = new OneHop(Sandbox, ("OTEL_PROPAGATORS", "tracecontext,b3,b3multi"));

        var lines = hop.Pass(incoming);
        hop.Agent.Finish();

        Assert.Equal((trace, Parent), (hop.Server.TraceId, hop.Server.ParentId));
        Assert.Equal((trace, hop.Server.SpanId), (hop.Client.TraceId, hop.Client.ParentId));
        var span = hop.Client.SpanId;
        Assert.Equal($"00-{trace}-{span}-{flags}", OneHop.Value(lines, "traceparent"));
        Assert.Equal($"{trace}-{span}-{state}", OneHop.Value(lines, "b3"));
        Assert.Equal(trace, OneHop.Value(lines, "X-B3-TraceId"));
        Assert.Equal(span, OneHop.Value(lines, "X-B3-SpanId"));
        Assert.Equal(state == 'd' ? null : "1", OneHop.Value(lines, "X-B3-Sampled"));
        Assert.Equal(state == 'd' ? "1" : null, OneHop.Value(lines, "X-B3-Flags"));
    }

    [Theory]
    [InlineData("b3", "b3")]
    [InlineData("b3multi", "X-B3-TraceId,X-B3-SpanId,X-B3-Sampled")]
    [InlineData("tracecontext,b3", "traceparent,b3")]
    [InlineData("baggage", "")]
    public void Only_what_is_configured_is_written(string propagators, string names)
    {
        using var hop = new OneHop(Sandbox, ("OTEL_PROPAGATORS", propagators));

        var lines = hop.Pass($"b3: {Trace}-{Parent}-1");
        hop.Agent.Finish();

        string[] all = ["traceparent", "b3", "X-B3-TraceId", "X-B3-SpanId", "X-B3-Sampled"];
        Assert.Equal(names, string.Join(',', all.Where(name => OneHop.Value(lines, name) is not null)));
        Assert.Equal((Trace, Parent), (hop.Server.TraceId, hop.Server.ParentId));
    }

    /// <summary>A denial without ids, with ids, and ids that leave the decision to a sampler that says no.</summary>
    [Theory]
    [InlineData("parentbased_always_on", "b3: 0")]
    [InlineData("parentbased_always_on", "X-B3-Sampled: 0")]
    [InlineData("parentbased_always_on", $"b3: {Trace}-{Parent}-0")]
    [InlineData("parentbased_always_off", $"b3: {Trace}-{Parent}")]
    public void What_is_not_sampled_is_passed_on_as_such_and_not_exported(string sampler, string incoming)
    {
        using var hop = new OneHop(Sandbox, ("OTEL_PROPAGATORS", "tracecontext,b3,b3multi"), ("OTEL_TRACES_SAMPLER", sampler));

        var lines = hop.Pass(incoming);
        var ledger = hop.Agent.Finish();

        Assert.Equal((0, 2), (ledger.Exported, ledger.Unsampled));
        Assert.EndsWith("-0", OneHop.Value(lines, "b3"), StringComparison.Ordinal);
        Assert.Equal("0", OneHop.Value(lines, "X-B3-Sampled"));
        Assert.Matches("-0[02]$", OneHop.Value(lines, "traceparent"));
    }

    [Theory]
    [InlineData("b3: 1")]
    [InlineData("X-B3-Flags: 1")]
    public void A_wish_without_ids_overrules_the_sampler(string incoming)
    {
        using var hop = new OneHop(Sandbox, ("OTEL_TRACES_SAMPLER", "parentbased_always_off"));

        var lines = hop.Pass(incoming);
        hop.Agent.Finish();

        Assert.EndsWith(hop.Client.SpanId + "-03", OneHop.Value(lines, "traceparent"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("b3: nonsense")]
    [InlineData($"b3: {Trace}-{Parent}-1-")]
    [InlineData($"b3: 00000000000000000000000000000000-{Parent}-1")]
    [InlineData($"b3: {Trace}-0000000000000000-1")]
    public void What_is_malformed_is_ignored_and_counted(string incoming)
    {
        using var hop = new OneHop(Sandbox);

        hop.Pass(incoming);
        hop.Agent.Finish();

        Assert.True(hop.Server.IsRoot);
        Assert.NotEqual(Trace, hop.Server.TraceId);
        Assert.Equal(1, hop.Agent.Counter("context_invalid"));
    }

    [Fact]
    public void What_a_proxy_forwards_names_the_proxy_in_every_format()
    {
        const int port = 8000;
        var recorder = new Recorder(Sandbox, traced: false);
        Sandbox.Serve(Programs.Proxy(port, Programs.BackendPort, Sandbox.Folder), port);
        using var agent = new Agent(Sandbox);

        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null",
            "-H", $"b3: {Trace}-{Parent}-1", "-H", $"X-B3-TraceId: {Trace}", "-H", $"X-B3-SpanId: {Parent}", "-H", "X-B3-ParentSpanId: 05e3ac9a4f6e3b90",
            $"http://127.0.0.1:{port}/headers?id=1")).Finish();
        var lines = System.Text.Encoding.Latin1.GetString(recorder.Take().Single()).Split("\r\n");
        agent.Finish();

        Assert.Equal(1, agent.Counter("rewritten"));
        var server = Assert.Single(agent.Spans, span => span.IsServer);
        var client = Assert.Single(agent.Spans, span => span.IsClient);
        Assert.Equal((Parent, server.SpanId), (server.ParentId, client.ParentId));
        Assert.Equal($"{Trace}-{client.SpanId}-1", OneHop.Value(lines, "b3"));
        Assert.Equal(client.SpanId, OneHop.Value(lines, "X-B3-SpanId"));
        Assert.Equal(server.SpanId, OneHop.Value(lines, "X-B3-ParentSpanId"));
    }

    [Fact]
    public void The_applications_own_b3_is_adopted_and_nothing_is_added()
    {
        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);

        Sandbox.Start(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", "-H", $"b3: {Trace}-{Parent}-1", Backend + "/headers?id=1")).Finish();
        var lines = System.Text.Encoding.Latin1.GetString(recorder.Take().Single()).Split("\r\n");
        agent.Finish();

        Assert.Null(OneHop.Value(lines, "traceparent"));
        Assert.Equal($"{Trace}-{Parent}-1", OneHop.Value(lines, "b3"));
        var client = Assert.Single(agent.Spans);
        Assert.Equal((Trace, Parent), (client.TraceId, client.SpanId));
    }
}
