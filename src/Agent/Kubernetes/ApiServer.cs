// SPDX-License-Identifier: Apache-2.0
// The registry's client for Kubernetes builds its objects by reflection and holds whole lists: it needs neither to be used here.
// What is left is HTTP with a token and a certificate authority, both in files that the kubelet replaces: the token within the hour.
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using Agent.Config;
using Agent.Delivery.Exporters;

namespace Agent.Kubernetes;

/// <summary>Requests to the API server, as the service account of this pod.</summary>
internal sealed class ApiServer(KubernetesOptions options) : IDisposable
{
    private const string CertificateFile = "ca.crt";
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingLimit = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private HttpClient? _client;
    private string? _authorities;

    /// <summary>The namespace of this pod; null when not known.</summary>
    internal string? Namespace => ReadFile("namespace");

    /// <summary>
    /// The answer to GET, whose body is still to come. Throws <see cref="ApiException"/> for any answer but 200, and
    /// <see cref="HttpRequestException"/>, <see cref="IOException"/> or <see cref="OperationCanceledException"/> where there is none.
    /// </summary>
    internal async Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(options.Server!, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        if (ReadFile("token") is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(AnswerLimit);
        var response = await Client().SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }
        using (response)
        {
            throw new ApiException(response.StatusCode, Explain(response.StatusCode, path));
        }
    }

    public void Dispose() => _client?.Dispose();

    private static string Explain(HttpStatusCode status, string path) => status switch
    {
        HttpStatusCode.Unauthorized => "the API server does not accept the token of the service account (401)",
        HttpStatusCode.Forbidden => $"the service account may not read {path.Split('?')[0]} (403): give it a role with get, list and watch",
        _ => $"{path.Split('?')[0]}: {(int)status}",
    };

    // Another authority: another client. Connections that are open go on to be used by whom they were opened for.
    private HttpClient Client()
    {
        var authorities = ReadFile(CertificateFile);
        lock (_lock)
        {
            if (_client is null || authorities != _authorities)
            {
                _client = new HttpClient(CreateHandler(authorities)) { Timeout = Timeout.InfiniteTimeSpan };
                _client.DefaultRequestHeaders.UserAgent.ParseAdd("hilo");
                _authorities = authorities;
            }
            return _client;
        }
    }

    private SocketsHttpHandler CreateHandler(string? authorities) => new()
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = ConnectLimit,
        PooledConnectionLifetime = TimeSpan.FromMinutes(30),
        KeepAlivePingDelay = PingDelay, // a watch may be silent for long: whether the server is there is asked
        KeepAlivePingTimeout = PingLimit,
        SslOptions = Tls(authorities),
    };

    private SslClientAuthenticationOptions Tls(string? authorities) => authorities is null
        ? new()
        : new ReceiverTls(ReceiverTls.ReadCertificates(CertificateFile, $"{options.Account}/{CertificateFile}"), null, null).Options();

    private string? ReadFile(string name)
    {
        try
        {
            return File.ReadAllText($"{options.Account}/{name}").Trim() is { Length: > 0 } text ? text : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
