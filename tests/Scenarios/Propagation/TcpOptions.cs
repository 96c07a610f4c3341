// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>What the tests of the TCP option expect of two agents.</summary>
internal static class TcpOptions
{
    /// <summary>Every request of one is the parent of one on the other, by the option and nothing else.</summary>
    public static void Linked(Agent near, Agent far, int count)
    {
        Parented(near, far, count);
        Assert.All(near.Spans, span => Assert.Equal("tcp_option", span.Attributes["hilo.propagation"]));
        Assert.All(far.Spans, span => Assert.Equal("tcp_option", span.Attributes["hilo.link"]));
    }

    public static void Parented(Agent near, Agent far, int count)
    {
        var clients = near.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        Assert.Equal((count, count), (clients.Count, far.Spans.Count));
        Assert.All(far.Spans, server =>
        {
            var client = clients.GetValueOrDefault(server.ParentId);
            Assert.Equal((server.Id, server.TraceId), (client?.Id, client?.TraceId));
        });
    }

    public static void Unlinked(Agent far, int count)
    {
        Assert.Equal(count, far.Spans.Count);
        Assert.All(far.Spans, span => Assert.True(span.IsRoot));
    }

    /// <summary>Each request on a connection of its own, which is over before the next one.</summary>
    public static Conversation OneByOne(int count)
    {
        var talk = new Conversation();
        for (var i = 0; i < count; i++)
        {
            talk = (i == 0 ? talk : talk.Reconnect()).Send(Request.Get($"/one?id={i}")).Step("sleep 50");
        }

        return talk;
    }

    /// <summary>All on one connection.</summary>
    public static Conversation Gets(int count)
    {
        var talk = new Conversation();
        for (var i = 0; i < count; i++)
        {
            talk.Send(Request.Get($"/kept?id={i}"));
        }

        return talk;
    }

    /// <summary>What a capture has seen: sequence numbers, and the options that carry a context.</summary>
    public static IEnumerable<(string Sequence, string Option)> Segments(RunningProgram capture) =>
        from line in capture.Output.Split('\n')
        let words = line.Split(' ')
        where words[0] == "segment"
        select (words[1], words.Length > 3 ? words[3] : "");
}
