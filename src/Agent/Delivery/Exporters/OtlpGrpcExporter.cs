// SPDX-License-Identifier: Apache-2.0
// OTLP over gRPC: one unary call per request, a POST of HTTP/2 whose body is one message behind five bytes, and whose verdict
// is a trailer. Without TLS the connection speaks HTTP/2 from its first byte.
using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Agent.Delivery.Exporters;

/// <summary>Calls TraceService.Export of one receiver.</summary>
internal sealed class OtlpGrpcExporter(ReceiverOptions options) : IExporter
{
    private const string MediaType = "application/grpc";
    private const string Call = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const int PrefixSize = 5; // is it compressed, and how long is it
    private const long MaxTimeoutMs = 99_999_999; // eight digits

    private readonly ReceiverClient _client = new(options);
    private readonly Uri _target = new(options.IsSocket ? new Uri("http://localhost") : options.Endpoint, Call);
    private readonly string _timeout = string.Create(
        CultureInfo.InvariantCulture, $"{Math.Min((long)options.Timeout.TotalMilliseconds, MaxTimeoutMs)}m");

    private readonly BodyBuffer _packed = new();
    private readonly byte[] _prefix = new byte[PrefixSize];

    public async Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _target)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = CreateContent(request),
        };
        message.Headers.TryAddWithoutValidation("te", "trailers");
        message.Headers.TryAddWithoutValidation("grpc-timeout", _timeout);
        if (options.Compresses)
        {
            message.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
        }

        try
        {
            return await _client.SendAsync(message, Judge, cancel).ConfigureAwait(false);
        }
        finally
        {
            _packed.Clear();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _packed.Dispose();
    }

    private ExportContent CreateContent(ExportRequest request)
    {
        var (parts, size) = (request.Entries, request.Bytes);
        if (options.Compresses)
        {
            _packed.Compress(request.Entries);
            (parts, size) = (_packed.Finish(), _packed.Length);
        }

        _prefix[0] = (byte)(options.Compresses ? 1 : 0);
        BinaryPrimitives.WriteUInt32BigEndian(_prefix.AsSpan(1), (uint)size);
        return new ExportContent(MediaType, _prefix, parts, PrefixSize + size);
    }

    private static SendResult Judge(HttpResponseMessage response, ReadOnlySpan<byte> answer)
    {
        var verdict = GrpcVerdict.Read(response);
        if (!verdict.IsOk)
        {
            return verdict.Result;
        }

        // Receivers were not told that Hilo reads compressed answers: none is.
        var (rejected, message) = answer.Length > PrefixSize && answer[0] == 0 ? PartialSuccess.Parse(answer[PrefixSize..]) : default;
        return new(SendOutcome.Accepted, rejected, Message: message);
    }
}
