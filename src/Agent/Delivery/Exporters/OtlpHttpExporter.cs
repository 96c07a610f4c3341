// SPDX-License-Identifier: Apache-2.0
// OTLP over HTTP with protobuf bodies.
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Agent.Delivery.Exporters;

/// <summary>Posts batches to one endpoint and reads the answer.</summary>
internal sealed class OtlpHttpExporter : IExporter
{
    private const int MaxAnswerSize = 64 * 1024;
    private const int MaxMessageSize = 200;

    private readonly HttpClient _client;
    private readonly Uri _endpoint;
    private readonly TimeSpan _timeout;

    public OtlpHttpExporter(ReceiverOptions options)
    {
        _endpoint = options.Endpoint;
        _timeout = options.Timeout;
        _client = new HttpClient(CreateHandler(options)) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        var version = typeof(OtlpHttpExporter).Assembly.GetName().Version?.ToString(3);
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("OTel-OTLP-Exporter-Hilo", version));
        foreach (var (name, value) in options.Headers)
        {
            _client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }
    }

    public async Task<SendResult> SendAsync(ExportRequest spans, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_timeout);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _endpoint) { Content = new ExportContent(spans) };
            using var response = await _client
                .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
            var answer = await ReadAnswerAsync(response.Content, limit.Token).ConfigureAwait(false);
            return Judge(response, answer);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new(SendOutcome.TryAgain, Message: $"no answer within {_timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(SendOutcome.TryAgain, Message: (e.InnerException ?? e).Message);
        }
    }

    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler CreateHandler(ReceiverOptions options) => new()
    {
        ActivityHeadersPropagator = null, // Hilo's own requests carry no context and make no spans
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = options.Timeout,
        MaxConnectionsPerServer = 1,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows DNS
        ResponseDrainTimeout = TimeSpan.FromSeconds(1),
    };

    private static async Task<ReadOnlyMemory<byte>> ReadAnswerAsync(HttpContent content, CancellationToken cancel)
    {
        using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var answer = new byte[Math.Min(content.Headers.ContentLength ?? 4096, MaxAnswerSize)];
        var size = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancel)
            .ConfigureAwait(false);
        return answer.AsMemory(0, size);
    }

    private static SendResult Judge(HttpResponseMessage response, ReadOnlyMemory<byte> answer)
    {
        if (response.IsSuccessStatusCode)
        {
            var (rejected, message) = PartialSuccess.Parse(answer.Span);
            return new(SendOutcome.Accepted, rejected, Message: message);
        }

        var status = $"HTTP {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout =>
                new(SendOutcome.TryAgain, RetryAfter: RetryAfter(response), Message: status),
            _ => new(SendOutcome.Refused, Message: Explain(status, answer.Span)),
        };
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var header = response.Headers.RetryAfter;
        var delay = header?.Delta ?? (header?.Date - DateTimeOffset.UtcNow);
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay;
    }

    /// <summary>The answer of a failure may be a google.rpc.Status, JSON, or a page; show its readable part.</summary>
    private static string Explain(string status, ReadOnlySpan<byte> answer)
    {
        var text = new StringBuilder(status);
        foreach (var character in Encoding.UTF8.GetString(answer[..Math.Min(answer.Length, MaxMessageSize)]))
        {
            text.Append(text.Length == status.Length ? ": " : "").Append(char.IsControl(character) ? ' ' : character);
        }

        return text.ToString();
    }
}
