// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Otlp;

namespace Agent.Ingest;

/// <summary>google.rpc.Status, which OTLP answers failures with, and the codes in it.</summary>
internal static class RpcStatus
{
    public const int Ok = 0;
    public const int InvalidArgument = 3;
    public const int NotFound = 5;
    public const int ResourceExhausted = 8;
    public const int Unimplemented = 12;
    public const int Internal = 13;
    public const int Unavailable = 14;

    /// <summary>After how long a refused request may come again, in seconds. Senders wait longer by themselves each time.</summary>
    public const int RetrySeconds = 1;

    // Fields of google.rpc.Status, google.protobuf.Any, google.rpc.RetryInfo and google.protobuf.Duration.
    private const uint StatusCode = 1 << 3;
    private const uint StatusMessage = (2 << 3) | ProtobufReader.BytesWire;
    private const uint StatusDetails = (3 << 3) | ProtobufReader.BytesWire;
    private const uint AnyType = (1 << 3) | ProtobufReader.BytesWire;
    private const uint AnyValue = (2 << 3) | ProtobufReader.BytesWire;
    private const uint RetryInfoDelay = (1 << 3) | ProtobufReader.BytesWire;
    private const uint DurationSeconds = 1 << 3;

    public static int CodeOf(IngestOutcome outcome) => outcome switch
    {
        IngestOutcome.Accepted => Ok,
        IngestOutcome.Full or IngestOutcome.Closing => Unavailable,
        IngestOutcome.TooLarge => ResourceExhausted,
        _ => InvalidArgument,
    };

    /// <summary>With RetryInfo where trying again makes sense.</summary>
    public static byte[] Encode(int code, string message)
    {
        var text = Encoding.UTF8.GetBytes(message);
        var writer = new ProtobufWriter(new byte[text.Length + 128]);
        writer.WriteVarint(StatusCode, (ulong)code);
        writer.WriteBytes(StatusMessage, text);
        if (code == Unavailable)
        {
            var detail = writer.BeginShort(StatusDetails);
            writer.WriteBytes(AnyType, "type.googleapis.com/google.rpc.RetryInfo"u8);
            var info = writer.BeginShort(AnyValue);
            var delay = writer.BeginShort(RetryInfoDelay);
            writer.WriteVarint(DurationSeconds, RetrySeconds);
            writer.End(delay);
            writer.End(info);
            writer.End(detail);
        }

        return writer.Written.ToArray();
    }

    /// <summary>An ExportTraceServiceResponse; empty when all was taken.</summary>
    public static byte[] EncodeSuccess(IngestAnswer answer)
    {
        if (answer.Rejected == 0)
        {
            return [];
        }

        var text = Encoding.UTF8.GetBytes(answer.Message ?? "");
        var writer = new ProtobufWriter(new byte[text.Length + 64]);
        var partial = ExportTraceServiceResponseFields.BeginShortPartialSuccess(ref writer);
        ExportTracePartialSuccessFields.WriteRejectedSpans(ref writer, answer.Rejected);
        ExportTracePartialSuccessFields.WriteErrorMessage(ref writer, text);
        writer.End(partial);
        return writer.Written.ToArray();
    }
}
