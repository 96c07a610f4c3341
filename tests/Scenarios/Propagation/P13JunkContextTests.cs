// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P13: a context that is not valid is passed on as it is and believed by nobody.</summary>
public sealed class P13JunkContextTests : Scenario
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string SpanId = "b7ad6b7169203331";

    private static readonly string[][] Junk =
    [
        [ $"traceparent: ff-{TraceId}-{SpanId}-01"],
        [ $"traceparent: 00-{new string('0', 32)}-{SpanId}-01"],
        [ $"traceparent: 00-{TraceId}-{new string('0', 16)}-01"],
        [ $"traceparent: 00-{TraceId.ToUpperInvariant()}-{SpanId}-01"],
        [ $"traceparent: 00-{TraceId[..31]}g-{SpanId}-01"],
        [ $"traceparent: 00-{TraceId}-{SpanId}-0x"],
        [ $"traceparent: 0-{TraceId}-{SpanId}-01"],
        [ $"traceparent: 00-{TraceId}-{SpanId}-01-extra"],
        [ $"traceparent: 00-{TraceId}-{SpanId}-011"],
        [ $"traceparent: 01-{TraceId}-{SpanId}-01x"],
        [ $"traceparent: 00-{TraceId}-{SpanId}"],
        [ $"traceparent: 00_{TraceId}_{SpanId}_01"],
        [ "traceparent:"],
        [ "traceparent: none of it"],
        [ $"traceparent: 00-{TraceId}-{SpanId}-01", $"traceparent: 00-{TraceId}-{SpanId}-01"],
        [ $"traceparent: 00-{TraceId}-{SpanId}-01", $"Traceparent: 00-{TraceId}-0000000000000001-01"],
    ];

    [Fact]
    public void Junk_is_passed_on_untouched_and_not_adopted()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);
        var talk = new Conversation();
        for (var i = 0; i < Junk.Length; i++)
        {
            talk.Send(Request.Get($"/junk?id={i}", Junk[i])).Reconnect();
        }

        var added = Play(talk.Send(Request.Get("/good")), recorder);
        agent.Finish();

        Assert.All(added.SkipLast(1), Assert.Null);
        Assert.NotNull(added[^1]);
        for (var i = 0; i < Junk.Length; i++)
        {
            var spans = agent.Spans.Where(span => span.Id == $"{i}").ToArray();
            var what = string.Join(" | ", Junk[i]);
            Assert.True(spans.Length == 2, $"{spans.Length} spans: {what}");
            Assert.True(spans.All(span => span.TraceId != TraceId && span.SpanId != SpanId && span.ParentId != SpanId), "adopted: " + what);
        }

        Assert.Equal(Junk.Length, agent.Counter("skip_invalid"));
        Assert.Equal(Junk.Length, agent.Counter("context_invalid"));
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
