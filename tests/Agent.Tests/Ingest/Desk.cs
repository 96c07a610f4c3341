// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Ingest;
using Agent.Ingest.Formats;
using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Ingest;

/// <summary>A desk with an intake that remembers, and memory that must be given back.</summary>
internal sealed class Desk
{
    private const int MaxBody = 1 << 20;

    private readonly IngestDesk _desk;

    public Desk(long memory = 16 << 20)
    {
        Memory = new IngestMemory(memory);
        _desk = new IngestDesk(Intake, Memory, new IngestCounters(), MaxBody, TimeProvider.System);
    }

    public RecordingIntake Intake { get; } = new();

    public IngestMemory Memory { get; }

    public IngestCounters Counters => _desk.Counters;

    public IngestAnswer Take(IngestFormat format, string body) => Take(format, Encoding.UTF8.GetBytes(body));

    public IngestAnswer Take(IngestFormat format, ReadOnlySpan<byte> body)
    {
        var buffer = _desk.NewBody();
        if (!buffer.TryAppend(body))
        {
            buffer.Release();
            return IngestAnswer.Full;
        }

        var answer = _desk.TakeAsync(IngestProtocol.OtlpHttp, format, buffer, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        Assert.Equal(0, Memory.Used);
        return answer;
    }

    public IngestAnswer Take(OpenCensusStream stream, ReadOnlyMemory<byte> message)
    {
        var answer = _desk.TakeAsync(stream, message, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        Assert.Equal(0, Memory.Used);
        return answer;
    }

    /// <summary>A span with one of everything.</summary>
    public static Span FullSpan(byte number)
    {
        var span = new Span
        {
            TraceId = Id(16, number),
            SpanId = Id(8, number),
            ParentSpanId = Id(8, 77),
            TraceState = "a=b",
            Flags = 0x101,
            Name = "GET /ü \"quoted\"",
            Kind = Span.Types.SpanKind.Client,
            StartTimeUnixNano = 1_700_000_000_123_456_789,
            EndTimeUnixNano = 1_700_000_001_123_456_789,
            DroppedAttributesCount = 3,
            DroppedEventsCount = 4,
            DroppedLinksCount = 5,
            Status = new Status { Code = Status.Types.StatusCode.Error, Message = "broken" },
        };
        var nested = new KeyValueList { Values = { Pair("inner", new AnyValue { BoolValue = true }) } };
        span.Attributes.AddRange(
        [
            Pair("text", new AnyValue { StringValue = new string('x', 300) }),
            Pair("empty", new AnyValue { StringValue = "" }),
            Pair("int", new AnyValue { IntValue = long.MinValue }),
            Pair("double", new AnyValue { DoubleValue = -0.125 }),
            Pair("nan", new AnyValue { DoubleValue = double.NegativeInfinity }),
            Pair("bytes", new AnyValue { BytesValue = ByteString.CopyFrom(0, 255, 62, 63) }),
            Pair("list", new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { IntValue = 1 }, new AnyValue { KvlistValue = nested } } } }),
        ]);
        span.Events.Add(new Span.Types.Event { Name = "event", TimeUnixNano = 1_700_000_000_500_000_000, Attributes = { Pair("k", new AnyValue { StringValue = "v" }) } });
        span.Links.Add(new Span.Types.Link { TraceId = Id(16, 5), SpanId = Id(8, 6), TraceState = "c=d", Flags = 1 });
        return span;
    }

    public static ResourceSpans Resource(string service, params Span[] spans) => new()
    {
        Resource = new Resource { Attributes = { Pair("service.name", new AnyValue { StringValue = service }) } },
        SchemaUrl = "https://opentelemetry.io/schemas/1.27.0",
        ScopeSpans = { new ScopeSpans { Scope = new InstrumentationScope { Name = "scope", Version = "1" }, Spans = { spans } } },
    };

    public static KeyValue Pair(string key, AnyValue value) => new() { Key = key, Value = value };

    public static ByteString Id(int size, byte number) => ByteString.CopyFrom([.. Enumerable.Repeat((byte)0, size - 1), number]);
}
