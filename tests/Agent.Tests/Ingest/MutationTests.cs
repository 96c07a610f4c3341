// SPDX-License-Identifier: Apache-2.0
// A bounded fuzz: whatever is made of good requests, the answer is an answer, all memory comes back, and what is passed on can be
// read by Google's parser with the number of spans that was announced.
using System.Buffers;
using System.Text;
using System.Text.Json;
using Agent.Delivery.Exporters;
using Agent.Ingest;
using Agent.Ingest.Formats;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Ingest;

public sealed class MutationTests
{
    private const int Rounds = 4000;
    private const int Seed = 20261122;

    [Theory]
    [InlineData((int)IngestFormat.OtlpProtobuf)]
    [InlineData((int)IngestFormat.OtlpJson)]
    [InlineData((int)IngestFormat.ZipkinJson)]
    [InlineData((int)IngestFormat.ZipkinV1Json)]
    [InlineData((int)IngestFormat.ZipkinProtobuf)]
    public void Mutated_requests_are_answered(int format)
    {
        var random = new Random(Seed + format);
        var good = Good((IngestFormat)format);
        var outcomes = new HashSet<IngestOutcome>();
        for (var i = 0; i < Rounds; i++)
        {
            var desk = new Desk();
            outcomes.Add(desk.Take((IngestFormat)format, Mutated(good, random)).Outcome);
            Assert.Equal(desk.Intake.Announced, desk.Intake.Spans.Count);
            Assert.All(desk.Intake.Spans, span => Assert.Equal((16, 8), (span.TraceId.Length, span.SpanId.Length)));
        }
        Assert.Equal([IngestOutcome.Accepted, IngestOutcome.Invalid], outcomes.Order());
    }

    [Fact]
    public void Mutated_messages_of_opencensus_are_answered()
    {
        var random = new Random(Seed);
        byte[] span = [.. ZipkinTests.Field(1, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8 }), .. ZipkinTests.Field(2, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }),
            .. ZipkinTests.Field(4, ZipkinTests.Field(1, "name"u8)), .. ZipkinTests.Field(9, ZipkinTests.Field(1, ZipkinTests.Field(2, ZipkinTests.Field(1, ZipkinTests.Field(1, "note"u8)))))];
        byte[] good = [.. ZipkinTests.Field(1, ZipkinTests.Field(3, ZipkinTests.Field(1, "cart"u8))), .. ZipkinTests.Field(2, span), .. ZipkinTests.Field(2, span)];
        for (var i = 0; i < Rounds; i++)
        {
            var desk = new Desk();
            desk.Take(new OpenCensusStream(), Mutated(good, random));
            Assert.Equal(desk.Intake.Announced, desk.Intake.Spans.Count);
        }
    }

    private static byte[] Good(IngestFormat format)
    {
        var request = new ExportTraceServiceRequest { ResourceSpans = { Desk.Resource("shop", Desk.FullSpan(1), Desk.FullSpan(2)) } };
        var text = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(text);
        switch (format)
        {
            case IngestFormat.OtlpProtobuf:
                return request.ToByteArray();
            case IngestFormat.OtlpJson:
                OtlpJson.WriteRequest([request.ToByteArray()], json);
                break;
            case IngestFormat.ZipkinJson:
                new ZipkinJson().WriteRequest([request.ToByteArray()], json);
                break;
            case IngestFormat.ZipkinV1Json:
                return Encoding.UTF8.GetBytes(
                    """[{"traceId":"1","id":"2","name":"n","annotations":[{"timestamp":1,"value":"cs","endpoint":{"serviceName":"a"}},{"timestamp":2,"value":"sr","endpoint":{"serviceName":"b"}}],"binaryAnnotations":[{"key":"k","value":1.5,"endpoint":{"ipv4":"1.2.3.4"}}]}]""");
            default:
                byte[] span = [.. ZipkinTests.Field(1, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }), .. ZipkinTests.Field(3, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8 }),
                    .. ZipkinTests.Field(5, "name"u8), .. ZipkinTests.Field(8, ZipkinTests.Field(1, "shop"u8))];
                return [.. ZipkinTests.Field(1, span), .. ZipkinTests.Field(1, span)];
        }
        json.Flush();
        return text.WrittenSpan.ToArray();
    }

    private static byte[] Mutated(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var place = random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[place] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveAt(place);
                    break;
                case 3:
                    bytes.Insert(place, (byte)random.Next(256));
                    break;
                case 4:
                    bytes.RemoveRange(place, random.Next(1, bytes.Count - place + 1));
                    bytes.Add(0);
                    break;
                default:
                    bytes.InsertRange(place, bytes.GetRange(place, random.Next(bytes.Count - place)));
                    break;
            }
        }
        return [.. bytes];
    }
}
