// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Agent.Otlp;
using Agent.Protocols;
using HttpHeaders = System.Net.Http.Headers.HttpHeaders;

namespace Agent.Delivery.Exporters;

/// <summary>
/// How a call ended: <c>grpc-status</c> from the trailers, or from the headers where there was nothing between them. What may be
/// tried again is what the specification of OTLP lists.
/// </summary>
internal readonly record struct GrpcVerdict(int Code, string? Message, TimeSpan? RetryDelay)
{
    private const int ResourceExhausted = 8;

    // Fields of google.rpc.Status, google.protobuf.Any, google.rpc.RetryInfo and google.protobuf.Duration.
    private const int StatusDetails = 3;
    private const int AnyType = 1;
    private const int AnyValue = 2;
    private const int RetryInfoDelay = 1;
    private const int DurationSeconds = 1;
    private const int DurationNanos = 2;

    public bool IsOk => Code == GrpcStatus.Ok;

    /// <summary>Of a call that was not accepted.</summary>
    public SendResult Result
    {
        get
        {
            var name = GrpcStatus.NameOf(Code) is { IsEmpty: false } known
                ? Encoding.ASCII.GetString(known)
                : Code.ToString(CultureInfo.InvariantCulture);
            var text = string.IsNullOrEmpty(Message) ? $"gRPC {name}" : $"gRPC {name}: {Message}";
            return MayTryAgain ? new(SendOutcome.TryAgain, RetryAfter: RetryDelay, Message: text) : new(SendOutcome.Refused, Message: text);
        }
    }

    // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS; too much to ask only where the receiver says when it
    // will have recovered.
    private bool MayTryAgain => Code is 1 or 4 or 10 or 11 or 14 or 15 || (Code == ResourceExhausted && RetryDelay is not null);

    /// <summary>Once the body was read to its end.</summary>
    public static GrpcVerdict Read(HttpResponseMessage response)
    {
        var source = Find(response.TrailingHeaders, "grpc-status") is null ? response.Headers : (HttpHeaders)response.TrailingHeaders;
        if (!int.TryParse(Find(source, "grpc-status"), NumberStyles.None, CultureInfo.InvariantCulture, out var code))
        {
            return new(GrpcStatus.OfHttp((int)response.StatusCode), $"no grpc-status, HTTP {(int)response.StatusCode}", null);
        }

        var message = HttpJudge.Clean(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(Find(source, "grpc-message") ?? "")));
        return new(code, message, ReadDelay(Find(source, "grpc-status-details-bin")));
    }

    private static string? Find(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    private static TimeSpan? ReadDelay(string? base64)
    {
        if (base64 is null)
        {
            return null;
        }

        // Padding is optional.
        var padded = Encoding.ASCII.GetBytes(base64.TrimEnd('=').PadRight((base64.TrimEnd('=').Length + 3) / 4 * 4, '='));
        if (Base64.DecodeFromUtf8InPlace(padded, out var size) != System.Buffers.OperationStatus.Done)
        {
            return null;
        }

        var status = new ProtobufReader(padded.AsSpan(0, size));
        while (status.Next())
        {
            if (status.Field == StatusDetails && ReadRetryInfo(status.Bytes) is { } delay)
            {
                return delay;
            }
        }

        return null;
    }

    private static TimeSpan? ReadRetryInfo(ReadOnlySpan<byte> detail)
    {
        var isRetryInfo = false;
        var value = ReadOnlySpan<byte>.Empty;
        var any = new ProtobufReader(detail);
        while (any.Next())
        {
            isRetryInfo |= any.Field == AnyType && any.Bytes.EndsWith("/google.rpc.RetryInfo"u8);
            value = any.Field == AnyValue ? any.Bytes : value;
        }

        var delay = TimeSpan.Zero;
        var info = new ProtobufReader(value);
        while (isRetryInfo && info.Next())
        {
            delay = info.Field == RetryInfoDelay ? ReadDuration(info.Bytes) : delay;
        }

        return isRetryInfo ? delay : null;
    }

    private static TimeSpan ReadDuration(ReadOnlySpan<byte> duration)
    {
        long ticks = 0;
        var fields = new ProtobufReader(duration);
        while (fields.Next())
        {
            var number = Math.Clamp((long)fields.Number, 0, int.MaxValue);
            ticks += fields.Field == DurationSeconds ? number * TimeSpan.TicksPerSecond
                : fields.Field == DurationNanos ? number / TimeSpan.NanosecondsPerTick
                : 0;
        }

        return new(ticks);
    }
}
