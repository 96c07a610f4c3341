// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P11: every way to hand bytes to a socket.</summary>
public sealed class P11SendPathsTests : Scenario
{
    public static TheoryData<string> Ways { get; } = [.. SendingWays.OneNumber];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Requests_arrive_whole(string way)
    {
        var talk = new Conversation();
        for (var i = 0; i < 10; i++)
        {
            talk.Send(Request.Get($"/way?id={i}"), way);
            talk.Send(Request.Post($"/way?id=post-{i}", Request.Body(200 << i)), way == "bytes" ? "send" : way);
        }

        InjectedOrCounted(talk);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Bodies_behind_a_head_arrive_whole(string way)
    {
        var talk = new Conversation();
        for (var i = 0; i < 6; i++)
        {
            var request = Request.Post($"/way?id={i}", Request.Body(way == "bytes" ? 500 : 300_000, i));
            talk.Put(request).Step($"send {request.HeadSize}").Step($"{way} {request.BodySize}").Step("receive 1");
        }

        InjectedOrCounted(talk);
    }

    [Theory]
    [InlineData("writev")]
    [InlineData("uringv")]
    public void Vectors_of_1_to_64_parts(string way)
    {
        var talk = new Conversation();
        for (var parts = 1; parts <= 64; parts++)
        {
            var request = Request.Post($"/parts?id={parts}", Request.Body(100 * parts));
            talk.Put(request).Step($"{way} {string.Join(',', Parts(request.Size, parts))}").Step("receive 1");
        }

        InjectedOrCounted(talk);
    }

    [Fact]
    public void Head_and_large_body_as_two_parts()
    {
        var talk = new Conversation();
        for (var i = 0; i < 10; i++)
        {
            var request = Request.Post($"/parts?id={i}", Request.Body(3_000_000, i));
            talk.Put(request).Step($"writev {request.HeadSize},{request.BodySize}").Step("receive 1");
        }

        InjectedOrCounted(talk);
    }

    [Theory]
    [InlineData("more {0}", "send {1}")]
    [InlineData("cork 1", "send {0}", "send {1}", "cork 0")]
    [InlineData("more {0}", "sendfile {1}")]
    [InlineData("cork 1", "send {0}", "sendfile {1}", "cork 0")]
    public void Held_back_and_sent_together(params string[] steps)
    {
        var talk = new Conversation();
        for (var i = 0; i < 20; i++)
        {
            var request = Request.Post($"/held?id={i}", Request.Body(5000, i));
            talk.Put(request);
            foreach (var step in steps)
            {
                talk.Step(string.Format(null, step, request.HeadSize, request.BodySize));
            }

            talk.Step("receive 1");
        }

        InjectedOrCounted(talk);
    }

    private void InjectedOrCounted(Conversation talk)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var added = Play(talk, recorder);
        agent.Finish();

        var written = added.Where(context => context is not null).Select(context => context!.SpanId).ToArray();
        Assert.Equal(written.Length, agent.Counter("injected"));
        Assert.Equal(talk.Requests, agent.Counter("injected") + agent.Skipped);
        Assert.Equal(talk.Requests, agent.Spans.Count(span => span.IsClient));
        Assert.Equal(talk.Requests, agent.Spans.Count(span => span.IsServer));
        Assert.Subset(agent.Spans.Where(span => span.IsServer).Select(span => span.ParentId).ToHashSet(), written.ToHashSet());
    }

    private static IEnumerable<int> Parts(int size, int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return (int)((long)size * (i + 1) / count) - (int)((long)size * i / count);
        }
    }
}
