// SPDX-License-Identifier: Apache-2.0
// OTLP over HTTP with protobuf bodies.
namespace Agent.Delivery.Exporters;

/// <summary>Posts requests to one endpoint and reads the answer.</summary>
internal sealed class OtlpHttpExporter(ReceiverOptions options) : IExporter
{
    /// <summary>Of a receiver whose endpoint is a base.</summary>
    public const string Path = "/v1/traces";

    public const string MediaType = "application/x-protobuf";

    private readonly ReceiverClient _client = new(options);
    private readonly Uri _target = options.IsSocket ? new Uri("http://localhost" + Path) : options.Endpoint;
    private readonly BodyBuffer _packed = new();

    public async Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _target) { Content = CreateContent(request) };
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
        if (!options.Compresses)
        {
            return new ExportContent(MediaType, default, request.Entries, request.Bytes);
        }

        _packed.Compress(request.Entries);
        var content = new ExportContent(MediaType, default, _packed.Finish(), _packed.Length);
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static SendResult Judge(HttpResponseMessage response, ReadOnlySpan<byte> answer)
    {
        if (!response.IsSuccessStatusCode)
        {
            return HttpJudge.Failure(response, answer);
        }

        var (rejected, message) = PartialSuccess.Parse(answer);
        return new(SendOutcome.Accepted, rejected, Message: message);
    }
}
