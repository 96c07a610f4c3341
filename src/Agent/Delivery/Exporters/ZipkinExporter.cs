// SPDX-License-Identifier: Apache-2.0
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Agent.Delivery.Exporters;

/// <summary>Posts spans in version 2 of Zipkin's JSON.</summary>
internal sealed class ZipkinExporter(ReceiverOptions options) : IExporter
{
    /// <summary>Of a receiver whose endpoint is a base.</summary>
    public const string Path = "/api/v2/spans";

    private const string MediaType = "application/json";

    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly HttpPoster _poster = new(options, Path, MediaType);
    private readonly BodyBuffer _plain = new();
    private readonly ZipkinJson _converter = new();

    public async Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel)
    {
        try
        {
            using (var json = new Utf8JsonWriter((IBufferWriter<byte>)_plain, Writing))
            {
                _converter.WriteRequest(request.Entries, json);
            }

            return await _poster.PostAsync(_plain.Finish(), _plain.Length, Judge, cancel).ConfigureAwait(false);
        }
        finally
        {
            _plain.Clear();
        }
    }

    public void Dispose()
    {
        _poster.Dispose();
        _plain.Dispose();
    }

    private static SendResult Judge(HttpResponseMessage response, ReadOnlySpan<byte> answer) =>
        response.IsSuccessStatusCode ? new(SendOutcome.Accepted) : HttpJudge.Failure(response, answer);
}
