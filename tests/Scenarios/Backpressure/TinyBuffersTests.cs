// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Backpressure;

/// <summary>Senders whose buffer is full most of the time: the kernel takes a part of what they offer, wherever it likes.</summary>
public sealed class TinyBuffersTests : Scenario
{
    // 100,000 requests over all rows.
    [Theory]
    [InlineData(20_000, 2304, 300, 1)]
    [InlineData(20_000, 2304, 3000, 2)]
    [InlineData(20_000, 4608, 9000, 3)]
    [InlineData(20_000, 9000, 40_000, 4)]
    [InlineData(20_000, 0, 200_000, 5)]
    public void Non_blocking_partial_writes_of_several_requests_are_byte_exact(int requests, int buffer, int largest, int seed)
    {
        var random = new Random(seed);
        var talk = new Conversation();
        if (buffer > 0)
        {
            talk.Step($"sndbuf {buffer}");
        }

        for (var i = 0; i < requests; i++)
        {
            var body = Request.Body(random.Next(10) switch { 0 => random.Next(3000), < 4 => random.Next(100), _ => 0 }, i);
            talk.Put(random.Next(8) == 0 ? Request.PostChunked($"/p?id={i}", [1, .. body]) : body.Length > 0 ? Request.Post($"/p?id={i}", body) : Request.Get($"/p?id={i}"));
        }

        talk.Step($"stream {talk.Data.Length} {requests} {largest} {seed}");
        ExactAndCounted(talk);
    }

    [Fact]
    public void Blocking_writes_larger_than_the_buffer_are_byte_exact()
    {
        var talk = new Conversation().Step("sndbuf 2304");
        for (var i = 0; i < 300; i++)
        {
            talk.Send(Request.Post($"/p?id={i}", Request.Body(100 * i, i)));
        }

        ExactAndCounted(talk);
    }

    private void ExactAndCounted(Conversation talk)
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        var added = Play(talk, recorder);
        var ledger = agent.Finish(mayDrop: true);

        var written = added.Where(context => context is not null).Select(context => context!.SpanId).ToList();
        Assert.NotEmpty(written);
        Assert.Equal(written.Count, written.Distinct().Count());
        Assert.Equal(written.Count, agent.Counter("injected"));
        Assert.Equal(0, agent.Counter("stream_gap") + agent.Counter("stream_unknown"));
        Assert.Equal(talk.Requests, agent.Counter("injected") + agent.Skipped);
        Assert.Equal(2 * talk.Requests, ledger.Seen + agent.Counter("pipeline_full"));
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        foreach (var server in agent.Spans.Where(span => span.IsServer && clients.ContainsKey(span.ParentId)))
        {
            Assert.Equal(clients[server.ParentId].Id, server.Id);
        }
    }
}
