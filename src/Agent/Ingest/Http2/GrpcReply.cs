// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Globalization;

namespace Agent.Ingest.Http2;

/// <summary>Answers of gRPC.</summary>
internal static class GrpcReply
{
    public const int PrefixSize = 5;

    private static readonly (string, string)[] Head =
        [(":status", "200"), ("content-type", "application/grpc"), ("grpc-accept-encoding", "identity, gzip, deflate")];

    /// <summary>The fields now, the rest later.</summary>
    public static Http2Reply Open { get; } = new(Head, default, IsOpen: true);

    public static Http2Reply Message(ReadOnlySpan<byte> message)
    {
        var body = new byte[PrefixSize + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), message.Length);
        message.CopyTo(body.AsSpan(PrefixSize));
        return new(Head, body, Status(RpcStatus.Ok, ""));
    }

    public static Http2Reply Failure(int code, string message) => new([.. Head, .. Status(code, message)], default);

    public static Http2Reply Of(IngestAnswer answer, byte[] success) =>
        answer.Outcome == IngestOutcome.Accepted ? Message(success) : Failure(RpcStatus.CodeOf(answer.Outcome), answer.Message ?? "");

    public static (string Name, string Value)[] Status(int code, string message)
    {
        var status = ("grpc-status", code.ToString(CultureInfo.InvariantCulture));
        return code == RpcStatus.Ok
            ? [status]
            : [status, ("grpc-message", Uri.EscapeDataString(message)), ("grpc-status-details-bin", Convert.ToBase64String(RpcStatus.Encode(code, message)).TrimEnd('='))];
    }
}
