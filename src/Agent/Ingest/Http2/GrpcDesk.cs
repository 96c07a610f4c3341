// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using Agent.Ingest.Formats;
using Agent.Ingest.Http;

namespace Agent.Ingest.Http2;

/// <summary>The methods of gRPC on one listener, but for how their bytes come and go.</summary>
internal sealed class GrpcDesk(IngestDesk desk, IngestProtocol protocol)
{
    private const string OpenCensus = "/opencensus.proto.agent.trace.v1.TraceService/";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    public IngestDesk Desk => desk;

    public GrpcCall Find(string path) => (protocol, path) switch
    {
        (_, "/grpc.health.v1.Health/Check") => GrpcCall.Health,
        (IngestProtocol.OpenCensus, OpenCensus + "Export") => GrpcCall.ExportStream,
        (IngestProtocol.OpenCensus, OpenCensus + "ExportOne") => GrpcCall.Export,
        (IngestProtocol.OpenCensus, OpenCensus + "Config") => GrpcCall.Settings,
        (IngestProtocol.Zipkin, "/zipkin.proto3.SpanService/Report") => GrpcCall.Export,
        (IngestProtocol.OtlpGrpc or IngestProtocol.OtlpHttp, "/opentelemetry.proto.collector.trace.v1.TraceService/Export") => GrpcCall.Export,
        _ => GrpcCall.Unknown,
    };

    public static Http2Reply Unknown(string path) => GrpcReply.Failure(RpcStatus.Unimplemented, $"there is no {path} here");

    public static Http2Reply Healthy() => GrpcReply.Message([0x08, 0x01]); // status: SERVING

    /// <summary>A request whose body was not taken.</summary>
    public Http2Reply Refuse(IngestAnswer answer)
    {
        desk.Counters.Count(Counted, answer, 0);
        return GrpcReply.Of(answer, []);
    }

    /// <summary>A call with one message. Disposes of the body.</summary>
    public async ValueTask<Http2Reply> AnswerAsync(string encoding, IngestBuffer body, CancellationToken cancel)
    {
        var isOne = TryReadPrefix(body.Written, out var size, out var isPacked) && body.Size == GrpcReply.PrefixSize + size;
        if (!isOne || (isPacked && !Unpacking.IsKnown(encoding)))
        {
            body.Release();
            return isOne
                ? GrpcReply.Failure(RpcStatus.Unimplemented, $"grpc-encoding {encoding} is not known; use gzip")
                : Refuse(IngestAnswer.Invalid("the call has not one whole message"));
        }

        body.Skip(GrpcReply.PrefixSize);
        var message = Unpacking.Unpack(desk, isPacked ? encoding : "", body, out var failure);
        if (message is null)
        {
            return Refuse(failure);
        }

        if (protocol == IngestProtocol.OpenCensus)
        {
            try
            {
                return GrpcReply.Of(await desk.TakeAsync(new OpenCensusStream(), message.WrittenMemory, cancel).ConfigureAwait(false), []);
            }
            finally
            {
                message.Release();
            }
        }

        var format = protocol == IngestProtocol.Zipkin ? IngestFormat.ZipkinProtobuf : IngestFormat.OtlpProtobuf;
        var answer = await desk.TakeAsync(Counted, format, message, cancel).ConfigureAwait(false);
        return GrpcReply.Of(answer, protocol == IngestProtocol.Zipkin ? [] : RpcStatus.EncodeSuccess(answer));
    }

    /// <summary>
    /// Takes the whole messages at the beginning of a stream's bytes; null: go on. OpenCensus has no answer to a single message:
    /// while there is no room nothing more is read, and only then the stream ends.
    /// </summary>
    public async ValueTask<(int Code, string Message)?> TakeAsync(
        OpenCensusStream stream, string encoding, IngestBuffer bytes, CancellationToken stopping, CancellationToken cancel)
    {
        while (TryReadPrefix(bytes.Written, out var size, out var isPacked))
        {
            if (size > desk.MaxBody)
            {
                return (RpcStatus.ResourceExhausted, $"a message is larger than {desk.MaxBody} bytes");
            }

            if (bytes.Size < GrpcReply.PrefixSize + size)
            {
                break;
            }

            if (isPacked && !Unpacking.IsKnown(encoding))
            {
                return (RpcStatus.Unimplemented, $"grpc-encoding {encoding} is not known; use gzip");
            }

            var answer = await TakeOneAsync(stream, isPacked ? encoding : "", bytes.WrittenMemory.Slice(GrpcReply.PrefixSize, size), stopping, cancel)
                .ConfigureAwait(false);
            if (answer.Outcome != IngestOutcome.Accepted)
            {
                return (RpcStatus.CodeOf(answer.Outcome), answer.Message ?? "");
            }

            bytes.Skip(GrpcReply.PrefixSize + size);
        }

        bytes.Compact();
        return null;
    }

    private IngestProtocol Counted => protocol == IngestProtocol.OtlpHttp ? IngestProtocol.OtlpGrpc : protocol;

    private async ValueTask<IngestAnswer> TakeOneAsync(
        OpenCensusStream stream, string encoding, ReadOnlyMemory<byte> packed, CancellationToken stopping, CancellationToken cancel)
    {
        var body = desk.NewBody();
        if (!body.TryAppend(packed.Span))
        {
            body.Release();
            return IngestAnswer.Full;
        }

        var message = Unpacking.Unpack(desk, encoding, body, out var answer);
        if (message is null)
        {
            return answer;
        }

        try
        {
            for (var until = Environment.TickCount64 + (long)Patience.TotalMilliseconds; ;)
            {
                answer = await desk.TakeAsync(stream, message.WrittenMemory, cancel).ConfigureAwait(false);
                if (answer.Outcome != IngestOutcome.Full || Environment.TickCount64 > until || stopping.IsCancellationRequested)
                {
                    return answer;
                }

                await Task.Delay(Pause, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            message.Release();
        }
    }

    private static bool TryReadPrefix(ReadOnlySpan<byte> bytes, out int size, out bool isPacked)
    {
        (size, isPacked) = (0, false);
        if (bytes.Length < GrpcReply.PrefixSize)
        {
            return false;
        }

        isPacked = bytes[0] != 0;
        size = (int)Math.Min(int.MaxValue - GrpcReply.PrefixSize, BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]));
        return true;
    }
}
