// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P13: a context that is not valid is passed on as it is and believed by nobody.</summary>
public sealed class P13JunkContextTests : Scenario
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string SpanId = "b7ad6b7169203331";

    public static TheoryData<string[]> Junk { get; } =
    [
        new[] { $"traceparent: ff-{TraceId}-{SpanId}-01" },
        new[] { $"traceparent: 00-{new string('0', 32)}-{SpanId}-01" },
        new[] { $"traceparent: 00-{TraceId}-{new string('0', 16)}-01" },
        new[] { $"traceparent: 00-{TraceId.ToUpperInvariant()}-{SpanId}-01" },
        new[] { $"traceparent: 00-{TraceId[..31]}g-{SpanId}-01" },
        new[] { $"traceparent: 00-{TraceId}-{SpanId}-0x" },
        new[] { $"traceparent: 0-{TraceId}-{SpanId}-01" },
        new[] { $"traceparent: 00-{TraceId}-{SpanId}-01-extra" },
        new[] { $"traceparent: 00-{TraceId}-{SpanId}-011" },
        new[] { $"traceparent: 01-{TraceId}-{SpanId}-01x" },
        new[] { $"traceparent: 00-{TraceId}-{SpanId}" },
        new[] { $"traceparent: 00_{TraceId}_{SpanId}_01" },
        new[] { "traceparent:" },
        new[] { "traceparent: none of it" },
        new[] { $"traceparent: 00-{TraceId}-{SpanId}-01", $"traceparent: 00-{TraceId}-{SpanId}-01" },
        new[] { $"traceparent: 00-{TraceId}-{SpanId}-01", $"Traceparent: 00-{TraceId}-0000000000000001-01" },
    ];

    [Theory]
    [MemberData(nameof(Junk))]
    public void Junk_is_passed_on_untouched_and_not_adopted(string[] headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var added = Play(new Conversation().Send(Request.Get("/junk", headers)), recorder);
        agent.Finish();

        Assert.Equal([null], added);
        Assert.Equal(1, agent.Counter("skip_invalid"));
        Assert.Equal(1, agent.Counter("context_invalid"));
        Assert.Equal(2, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.NotEqual(TraceId, span.TraceId));
        Assert.All(agent.Spans, span => Assert.NotEqual(SpanId, span.SpanId));
        Assert.All(agent.Spans, span => Assert.NotEqual(SpanId, span.ParentId));
    }

    [Theory]
    [InlineData("01", "")]
    [InlineData("01", "-later")]
    [InlineData("cc", "-what the future-will be")]
    public void A_later_version_is_read_as_far_as_it_is_known(string version, string rest)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var added = Play(new Conversation().Send(Request.Get("/later", $"traceparent: {version}-{TraceId}-{SpanId}-01{rest}")), recorder);
        agent.Finish();

        Assert.Equal([null], added);
        Assert.Equal((TraceId, SpanId), Assert.Single(agent.Spans.Where(span => span.IsClient).Select(span => (span.TraceId, span.SpanId))));
        Assert.Equal((TraceId, SpanId), Assert.Single(agent.Spans.Where(span => span.IsServer).Select(span => (span.TraceId, span.ParentId))));
    }
}
