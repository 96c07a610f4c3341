// SPDX-License-Identifier: Apache-2.0
// Answers scrapes, on a socket of its own. HttpListener would cost only 170 KB of the binary, but on Linux "all addresses" are
// those of IPv4 to it, and it has neither a limit to set for a client that sends half a request (25 s later it still waited)
// nor a port of the system's choice. One thread, one connection at a time, closed after the answer (which HTTP/1.1 allows and
// scrapers expect); a client that is slow or says too much is cut off. Nothing here is traced: the kernel side leaves out
// every socket of the agent.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Config;

namespace Agent.Diagnostics;

/// <summary>The endpoint for Prometheus.</summary>
internal sealed class MetricsServer : IDisposable
{
    private const int LongestHead = 8192;
    private const int PatienceMilliseconds = 2000;
    private readonly string _path;
    private readonly Func<string> _describe;
    private readonly Socket _listener;
    private readonly Thread _thread;
    private volatile bool _stopping;

    private MetricsServer(Socket listener, string path, Func<string> describe)
    {
        _listener = listener;
        _path = path;
        _describe = describe;
        _thread = new Thread(Run) { Name = "metrics", IsBackground = true };
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Listens on all addresses.</summary>
    internal static MetricsServer Start(MetricsOptions options, Func<string> describe)
    {
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            listener.Bind(new IPEndPoint(listener.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, options.Port));
            listener.Listen();
        }
        catch (SocketException refused)
        {
            listener.Dispose();
            throw new ConfigException(
                MetricsOptions.PortName, options.Port.ToString(CultureInfo.InvariantCulture), $"{refused.Message}; use another port");
        }
        var server = new MetricsServer(listener, options.Path, describe);
        server._thread.Start();
        return server;
    }

    public void Dispose()
    {
        _stopping = true;
        _listener.Dispose();
        _thread.Join();
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                using var client = _listener.Accept();
                Serve(client);
            }
            catch (SocketException gone)
            {
                Log.Debug($"metrics: {gone.Message}");
            }
            catch (ObjectDisposedException) when (_stopping)
            {
                return;
            }
        }
    }

    private void Serve(Socket client)
    {
        client.ReceiveTimeout = client.SendTimeout = PatienceMilliseconds;
        var answer = Encoding.UTF8.GetBytes(Answer(ReadHead(client)));
        for (var sent = 0; sent < answer.Length;)
        {
            sent += client.Send(answer.AsSpan(sent));
        }
        client.Shutdown(SocketShutdown.Send);
        _ = client.Receive(stackalloc byte[1]); // the client closes first, so that nothing is lost by a reset
    }

    /// <summary>Up to the blank line; null when there is none in reasonable time and space.</summary>
    private static string? ReadHead(Socket client)
    {
        Span<byte> head = stackalloc byte[LongestHead];
        var deadline = Environment.TickCount64 + PatienceMilliseconds;
        for (var size = 0; size < head.Length && Environment.TickCount64 < deadline;)
        {
            var more = client.Receive(head[size..]);
            size += more;
            if (more == 0)
            {
                return null;
            }
            if (head[..size].IndexOf("\r\n\r\n"u8) >= 0)
            {
                return Encoding.Latin1.GetString(head[..size]);
            }
        }
        return null;
    }

    private string Answer(string? head)
    {
        var line = head?[..head.IndexOf('\r', StringComparison.Ordinal)].Split(' ');
        if (line is not [var method, var target, "HTTP/1.1" or "HTTP/1.0"])
        {
            return Response("400 Bad Request", "", "not an HTTP/1 request\n");
        }
        if (target.Split('?')[0] != _path)
        {
            return Response("404 Not Found", "", $"metrics are at {_path}\n", method == "HEAD");
        }
        return method is "GET" or "HEAD"
            ? Response("200 OK", "", _describe(), method == "HEAD")
            : Response("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "only GET and HEAD\n");
    }

    private static string Response(string status, string fields, string body, bool headOnly = false) =>
        $"HTTP/1.1 {status}\r\n{fields}Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n" +
        FormattableString.Invariant($"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n") +
        (headOnly ? "" : body);
}
