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

    private readonly ReceiverClient _client = new(options);
    private readonly Uri _target = options.IsSocket ? new Uri("http://localhost" + Path) : options.Endpoint;
    private readonly BodyBuffer _plain = new();
    private readonly BodyBuffer _packed = new();
    private readonly ZipkinJson _converter = new();

    public async Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _target) { Content = CreateContent(request) };
        try
        {
            return await _client.SendAsync(message, Judge, cancel).ConfigureAwait(false);
        }
        finally
        {
            _plain.Clear();
            _packed.Clear();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _plain.Dispose();
        _packed.Dispose();
    }

    private ExportContent CreateContent(ExportRequest request)
    {
        using (var json = new Utf8JsonWriter((IBufferWriter<byte>)_plain, Writing))
        {
            _converter.WriteRequest(request.Entries, json);
        }

        var parts = _plain.Finish();
        if (!options.Compresses)
        {
            return new ExportContent(MediaType, default, parts, _plain.Length);
        }

        _packed.Compress(parts);
        var content = new ExportContent(MediaType, default, _packed.Finish(), _packed.Length);
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static SendResult Judge(HttpResponseMessage response, ReadOnlySpan<byte> answer) =>
        response.IsSuccessStatusCode ? new(SendOutcome.Accepted) : HttpJudge.Failure(response, answer);
}
