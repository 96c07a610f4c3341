// SPDX-License-Identifier: Apache-2.0
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Agent.Delivery.Exporters;

/// <summary>Reads an answer: its status, headers and the beginning of its body.</summary>
internal delegate SendResult JudgeAnswer(HttpResponseMessage response, ReadOnlySpan<byte> answer);

/// <summary>The connection to one receiver that speaks HTTP, of whatever version. One request at a time.</summary>
internal sealed class ReceiverClient : IDisposable
{
    private const int FirstAnswerSize = 4 * 1024;
    private const int MaxAnswerSize = 64 * 1024;

    private static readonly ProductInfoHeaderValue UserAgent =
        new("OTel-OTLP-Exporter-Hilo", typeof(ReceiverClient).Assembly.GetName().Version?.ToString(3));

    private readonly ReceiverOptions _options;
    private HttpClient? _client;
    private string? _distrust;

    public ReceiverClient(ReceiverOptions options) => _options = options;

    private bool IsPlainCall => _options.Protocol == ReceiverProtocol.OtlpGrpc && _options.Endpoint.Scheme == Uri.UriSchemeHttp;

    /// <summary>When it returns, nothing reads the content of the request any more.</summary>
    public async Task<SendResult> SendAsync(HttpRequestMessage request, JudgeAnswer judge, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.Timeout);
        try
        {
            return await AttemptAsync(request, judge, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            Reconnect();
            return new(SendOutcome.TryAgain, Message: $"no answer within {_options.Timeout.TotalSeconds:0.#} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new(SendOutcome.TryAgain, Message: Explain(e));
        }
        finally
        {
            await limit.CancelAsync().ConfigureAwait(false);
            await ((ExportContent)request.Content!).ReleaseAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _client?.Dispose();

    private async Task<SendResult> AttemptAsync(HttpRequestMessage request, JudgeAnswer judge, CancellationToken cancel)
    {
        foreach (var (name, value) in _options.Headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (_options.Tls.ServerName is { } server)
        {
            // The name that TLS asks for follows it.
            request.Headers.Host = request.RequestUri!.IsDefaultPort ? server : $"{server}:{request.RequestUri.Port}";
        }

        _client ??= CreateClient();
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel).ConfigureAwait(false);
        var answer = await ReadAnswerAsync(response.Content, cancel).ConfigureAwait(false);
        return judge(response, answer.Span);
    }

    private HttpClient CreateClient()
    {
        var client = new HttpClient(CreateHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(UserAgent);
        return client;
    }

    private SocketsHttpHandler CreateHandler()
    {
        var handler = new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // Hilo's own requests carry no context and make no spans
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = _options.Proxy is not null && !IsPlainCall,
            Proxy = _options.Proxy,
            SslOptions = _options.Tls.Options(Check),
            ConnectTimeout = _options.Timeout,
            MaxConnectionsPerServer = 1,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5), // follows DNS
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
        };
        if (_options.IsSocket)
        {
            handler.ConnectCallback = ConnectAsync;
        }
        else if (IsPlainCall && ProxyTunnel.IsNeeded(_options.Proxy, _options.Endpoint))
        {
            handler.ConnectCallback = (_, cancel) => ProxyTunnel.OpenAsync(_options.Proxy!, _options.Endpoint, cancel);
        }

        return handler;
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_options.Endpoint.LocalPath), cancel).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>A connection that gives no answer may lead nowhere: with HTTP/2 the next request would go the same way.</summary>
    private void Reconnect()
    {
        _client?.Dispose();
        _client = null;
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAnswerAsync(HttpContent content, CancellationToken cancel)
    {
        using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var answer = new byte[FirstAnswerSize];
        var size = 0;
        while (true)
        {
            size += await stream.ReadAtLeastAsync(answer.AsMemory(size), answer.Length - size, throwOnEndOfStream: false, cancel)
                .ConfigureAwait(false);
            if (size < answer.Length || size >= MaxAnswerSize)
            {
                return answer.AsMemory(0, size);
            }

            Array.Resize(ref answer, answer.Length * 2);
        }
    }

    private bool Check(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        _distrust = errors switch
        {
            SslPolicyErrors.None => null,
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) => "it has none",
            _ when errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) =>
                $"it is not for {_options.Tls.ServerName ?? _options.Endpoint.Host}",
            _ => string.Join(", ", chain?.ChainStatus.Select(status => status.StatusInformation).Distinct() ?? []),
        };
        return errors == SslPolicyErrors.None;
    }

    private string Explain(Exception failure)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException)
            {
                return _distrust is null ? $"TLS: {Innermost(cause).Message}" : $"its certificate is not trusted: {_distrust}";
            }
        }

        return (failure.InnerException ?? failure).Message;
    }

    private static Exception Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure;
    }
}
