// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Delivery;

/// <summary>An OTLP receiver on a loopback port; a script says how it answers each request.</summary>
internal sealed class Receiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Func<int, HttpListenerResponse, Task> _answer;
    private readonly List<byte[]> _bodies = [];
    private int _requests;

    /// <param name="answer">Gets the number of the request, from 1, and sets status, headers and body.</param>
    public Receiver(Func<int, HttpListenerResponse, Task>? answer = null, int port = 0)
    {
        Port = port == 0 ? FreePort() : port;
        _answer = answer ?? ((_, _) => Task.CompletedTask);
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public int Port { get; }

    public Uri Endpoint => new($"http://127.0.0.1:{Port}/v1/traces");

    public int Requests => Volatile.Read(ref _requests);

    public List<(string Path, System.Collections.Specialized.NameValueCollection Headers)> Seen { get; } = [];

    /// <summary>Spans of the requests that were accepted.</summary>
    public int Spans
    {
        get
        {
            lock (_bodies)
            {
                return _bodies.SelectMany(body => ExportTraceServiceRequest.Parser.ParseFrom(body).ResourceSpans).SelectMany(resource => resource.ScopeSpans)
                    .Sum(scope => scope.Spans.Count);
            }
        }
    }

    /// <summary>Of the requests that were accepted, unpacked.</summary>
    public IReadOnlyList<byte[]> Bodies
    {
        get
        {
            lock (_bodies)
            {
                return [.. _bodies];
            }
        }
    }

    public static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        while (true)
        {
            try
            {
                await AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                if (!_listener.IsListening)
                {
                    return;
                }
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        using var body = new MemoryStream();
        var isPacked = context.Request.Headers["Content-Encoding"] == "gzip";
        using var content = isPacked ? new GZipStream(context.Request.InputStream, CompressionMode.Decompress) : context.Request.InputStream;
        await content.CopyToAsync(body);
        Seen.Add((context.Request.Url!.AbsolutePath, context.Request.Headers));
        await _answer(Interlocked.Increment(ref _requests), context.Response);
        if (context.Response.StatusCode is 200 or 202)
        {
            lock (_bodies)
            {
                _bodies.Add(body.ToArray());
            }
        }

        context.Response.Close();
    }
}
