// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Kinds of spans in Zipkin's protobuf and JSON; a span without one is local.</summary>
internal static class ZipkinKind
{
    public static SpanKind Of(ulong number) => number switch
    {
        1 => SpanKind.Client,
        2 => SpanKind.Server,
        3 => SpanKind.Producer,
        4 => SpanKind.Consumer,
        _ => SpanKind.Internal,
    };

    public static SpanKind Of(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("CLIENT"u8) ? SpanKind.Client
        : name.SequenceEqual("SERVER"u8) ? SpanKind.Server
        : name.SequenceEqual("PRODUCER"u8) ? SpanKind.Producer
        : name.SequenceEqual("CONSUMER"u8) ? SpanKind.Consumer
        : SpanKind.Internal;
}
