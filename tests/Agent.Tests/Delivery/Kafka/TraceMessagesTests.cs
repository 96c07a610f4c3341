// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Delivery.Kafka;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Delivery.Kafka;

public class TraceMessagesTests
{
    [Theory]
    [InlineData(1, 1, 1_000_000)]
    [InlineData(200, 60, 1_000_000)]
    [InlineData(200, 1, 700)]
    [InlineData(300, 7, 1_500)]
    public void Spans_are_whole_and_messages_of_one_trace_and_not_too_large(int spans, int traces, int maxBytes)
    {
        var batches = new[] { KafkaSpans.Batch(1, spans, traces), KafkaSpans.Batch(2, spans, traces) };
        var messages = new TraceMessages();
        messages.Read(KafkaSpans.Request(batches), maxBytes);
        var read = messages.Messages.Select(message => Read(messages, message)).ToList();

        Assert.Equal(KafkaSpans.Whole(batches.Select(ExportTraceServiceRequest.Parser.ParseFrom)), KafkaSpans.Whole(read.Select(one => one.Request)));
        Assert.All(read, one => Assert.Equal(one.Key, Assert.Single(Spans(one.Request).Select(KafkaSpans.TraceOf).Distinct())));
        Assert.All(read, one => Assert.InRange(one.Size, 1, maxBytes));
        if (maxBytes == 1_000_000)
        {
            Assert.Equal(read.Count, read.Select(one => one.Key).Distinct().Count());
        }
    }

    [Fact]
    public void A_span_that_is_too_large_stands_alone_and_fields_that_nobody_knows_stay()
    {
        var large = new Span { Name = new string('l', 5000), TraceId = ByteString.CopyFrom(new byte[16]) };
        byte[] unknown = [0xfa, 0x7f, 3, 1, 2, 3];
        var request = ExportTraceServiceRequest.Parser.ParseFrom(KafkaSpans.Batch(1, 10, 1));
        request.ResourceSpans[0].ScopeSpans[0].Spans.Add(large);
        request.ResourceSpans[0] = ResourceSpans.Parser.ParseFrom([.. request.ResourceSpans[0].ToByteArray(), .. unknown]);
        var messages = new TraceMessages();
        messages.Read(KafkaSpans.Request(request.ToByteArray()), 1000);

        var alone = Assert.Single(messages.Messages, message => message.Bytes > 1000);
        Assert.Equal(1, alone.Spans);
        var written = messages.Write(alone).ToArray();
        Assert.Equal(alone.Bytes, written.Length);
        Assert.True(written.AsSpan().IndexOf(unknown) >= 0);
        Assert.Equal(large, Assert.Single(Spans(ExportTraceServiceRequest.Parser.ParseFrom(written))));
    }

    private static IEnumerable<Span> Spans(ExportTraceServiceRequest request) =>
        request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans);

    private static (string Key, int Size, ExportTraceServiceRequest Request) Read(TraceMessages messages, TraceMessage message)
    {
        var key = new byte[TraceMessages.KeySize];
        messages.WriteKey(message, key);
        var bytes = messages.Write(message).ToArray();
        Assert.Equal(message.Bytes, bytes.Length);
        return (Encoding.ASCII.GetString(key), bytes.Length, ExportTraceServiceRequest.Parser.ParseFrom(bytes));
    }
}
