// SPDX-License-Identifier: Apache-2.0
// OTLP over HTTP with protobuf bodies.
namespace Agent.Delivery.Exporters;

/// <summary>Posts requests to one endpoint and reads the answer.</summary>
internal sealed class OtlpHttpExporter(ReceiverOptions options) : IExporter
{
    /// <summary>Of a receiver whose endpoint is a base.</summary>
    public const string Path = "/v1/traces";

    public const string MediaType = "application/x-protobuf";

    private readonly HttpPoster _poster = new(options, Path, MediaType);

    public Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel) =>
        _poster.PostAsync(request.Entries, request.Bytes, Judge, cancel);

    public void Dispose() => _poster.Dispose();

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
