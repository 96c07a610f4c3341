// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Rows P02, P03, P04: the application's own context wins.</summary>
public sealed class P02OwnHeaderTests : Scenario
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private static readonly string[] Spellings =
    [
        "traceparent: {0}", "Traceparent: {0}", "TRACEPARENT: {0}", "TraceParent: {0}", "tRaCePaReNt: {0}",
        "traceparent:{0}", "traceparent:   {0}", "traceparent:\t{0}", "traceparent: \t {0}", "traceparent: {0}  ",
    ];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void However_it_is_spelled_it_is_adopted_and_not_doubled(bool first)
    {
        var talk = new Conversation();
        for (var i = 0; i < Spellings.Length; i++)
        {
            talk.Send(Own(i, string.Format(null, Spellings[i], Value(i, "01")), first));
        }

        AllAdopted(talk, Spellings.Length);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(600)]
    [InlineData(1500)]
    [InlineData(3900)]
    [InlineData(9000)]
    public void However_far_behind_it_is_adopted_and_not_doubled(int position)
    {
        var talk = new Conversation();
        for (var i = 0; i < 5; i++)
        {
            var padding = new List<string>();
            for (var at = $"GET /own?id={i} HTTP/1.1\r\nHost: service\r\n".Length; at < position; at += 100)
            {
                padding.Add("X-Padding: " + new string('p', Math.Max(1, Math.Min(100, position - at) - 13)));
            }

            talk.Send(Request.Get($"/own?id={i}", [.. padding, "traceparent: " + Value(i, "01"), "X-Last: 1"]));
        }

        AllAdopted(talk, 5);
    }

    [Fact]
    public void Not_sampled_stays_not_sampled_through_a_service_and_no_span_is_exported()
    {
        var recorder = new Recorder(Sandbox, traced: false);
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("python"), 8001);
        using var agent = new Agent(Sandbox);

        var url = Uri.EscapeDataString(Backend + "/headers?id=1");
        Sandbox.Start(new ProgramStart("curl", "-sS", "--fail", "-H", "traceparent: " + Value(1, "00"), $"http://127.0.0.1:8001/hop?next={url}")).Finish();
        var ledger = agent.Finish();

        var context = Assert.Single(TraceParent.ReadAll(recorder.Take().Single()));
        Assert.Equal((TraceId, "00"), (context.TraceId, context.Flags));
        Assert.NotEqual(SpanId(1), context.SpanId);
        Assert.Empty(agent.Spans);
        Assert.Equal((0, 3), (ledger.Exported, ledger.Unsampled));
    }

    private void AllAdopted(Conversation talk, int count)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        Assert.All(Play(talk, recorder), Assert.Null);
        agent.Finish();

        Assert.Equal(count, agent.Counter("adopted"));
        for (var i = 0; i < count; i++)
        {
            var id = $"{i}";
            var client = Assert.Single(agent.Spans, span => span.IsClient && span.Id == id);
            var server = Assert.Single(agent.Spans, span => span.IsServer && span.Id == id);
            Assert.Equal((TraceId, SpanId(i)), (client.TraceId, client.SpanId));
            Assert.Equal((TraceId, SpanId(i)), (server.TraceId, server.ParentId));
        }
    }

    private static Request Own(int i, string header, bool first) => Request.Raw(
        $"GET /own?id={i} HTTP/1.1\r\n{(first ? header + "\r\n" : "")}Host: service\r\nAccept: */*\r\n{(first ? "" : header + "\r\n")}\r\n", []);

    private static string SpanId(int i) => $"b7ad6b716920{i:x4}";

    private static string Value(int i, string flags) => $"00-{TraceId}-{SpanId(i)}-{flags}";
}
