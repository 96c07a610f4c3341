// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Kafka;
using Agent.Diagnostics;

namespace Agent.Tests.Delivery.Kafka;

/// <summary>What is kept of messages, and in which memory.</summary>
public sealed class MessageCheckTests
{
    private static readonly KafkaOptions Topic = new() { Brokers = "127.0.0.1:1", Topic = "traces" };
    private readonly MessageCheck _check = new(Topic, "receiver", new Ledger(), _ => { });

    [Fact]
    public void Many_small_messages_take_little_more_memory_than_their_bytes()
    {
        const int Messages = 20_000;
        var value = KafkaSpans.Batch(0, 1, 1);
        var waiting = new Queue<TopicMessage>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Messages; i++)
        {
            waiting.Enqueue(_check.Check(0, i, value));
            if (waiting.Count > 1000)
            {
                waiting.Dequeue().Piece!.Release();
            }
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Messages * value.Length / 4);
        Assert.All(waiting, message => Assert.True(message.Bytes.Span.SequenceEqual(value)));
    }

    [Fact]
    public void Messages_stay_as_they_are_while_others_come_and_go_whatever_their_size()
    {
        var random = new Random(7);
        var held = new List<(byte[] Value, TopicMessage Message)>();
        for (var i = 0; i < 2000; i++)
        {
            var value = KafkaSpans.Batch(i, 1 + random.Next(random.Next(20) == 0 ? 2000 : 4), 3);
            held.Add((value, _check.Check(0, i, value)));
            if (held.Count > 40)
            {
                var which = random.Next(held.Count);
                var (expected, message) = held[which];
                Assert.True(message.Bytes.Span.SequenceEqual(expected));
                message.Piece!.Release();
                held.RemoveAt(which);
            }
        }
        Assert.All(held, one => Assert.True(one.Message.Bytes.Span.SequenceEqual(one.Value)));
    }
}
