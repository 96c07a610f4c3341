// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Text;
using Agent.Otlp;

namespace Agent.Delivery.Exporters;

/// <summary>What the answer to an export over HTTP means: the rules of OTLP, which Zipkin's receivers follow as well.</summary>
internal static class HttpJudge
{
    private const int MaxMessageSize = 200;
    private const int StatusMessageField = 2; // of google.rpc.Status

    /// <summary>Of an answer that is not a success.</summary>
    public static SendResult Failure(HttpResponseMessage response, ReadOnlySpan<byte> answer)
    {
        var code = (int)response.StatusCode;
        var status = $"HTTP {code}";
        if (response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout)
        {
            return new(SendOutcome.TryAgain, RetryAfter: RetryAfter(response), Message: status);
        }

        return new(SendOutcome.Refused, Message: code is >= 300 and < 400 && response.Headers.Location is { } place
            ? $"{status}: moved to {place}, where Hilo does not follow: use that as the endpoint"
            : Explain(status, response.Content.Headers.ContentType?.MediaType, answer));
    }

    /// <summary>Text from a receiver that fits into a line.</summary>
    public static string Clean(ReadOnlySpan<byte> utf8) =>
        string.Concat(Encoding.UTF8.GetString(utf8[..Math.Min(utf8.Length, MaxMessageSize)]).Select(letter => char.IsControl(letter) ? ' ' : letter)).Trim();

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var delay = header?.Delta ?? (header?.Date - DateTimeOffset.UtcNow);
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }

    /// <summary>The answer of a failure is a google.rpc.Status, JSON, or a page; show its readable part.</summary>
    private static string Explain(string status, string? type, ReadOnlySpan<byte> answer)
    {
        if (type == OtlpHttpExporter.MediaType)
        {
            var message = ReadOnlySpan<byte>.Empty;
            var fields = new ProtobufReader(answer);
            while (fields.Next())
            {
                message = fields.Field == StatusMessageField ? fields.Bytes : message;
            }

            answer = message;
        }

        var text = Clean(answer);
        return text.Length == 0 ? status : $"{status}: {text}";
    }
}
