// SPDX-License-Identifier: Apache-2.0
// Answers scrapes, on a socket of its own. HttpListener would cost only 170 KB of the binary, but on Linux "all addresses" are
// those of IPv4 to it, and it has neither a limit to set for a client that sends half a request (25 s later it still waited)
// nor a port of the system's choice. One thread, one connection at a time, closed after the answer (which HTTP/1.1 allows and
// scrapers expect); a client that is slow or says too much is cut off. Nothing here is traced: the kernel side leaves out
// every socket of the agent. Health is told on the same port, or on a place of its own, which is there from the start.
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Config;

namespace Agent.Diagnostics;

/// <summary>The endpoint for Prometheus, and for whoever asks how the agent is.</summary>
internal sealed class MetricsServer : IDisposable
{
    private const int LongestHead = 8192;
    private const int PatienceMilliseconds = 2000;
    private readonly Dictionary<string, Func<string, Page>> _pages;
    private readonly Socket _listener;
    private readonly Thread _thread;
    private readonly string? _file;
    private readonly Func<Socket, bool>? _mayAsk;
    private volatile bool _stopping;

    /// <param name="pages">By path; each is given what stands behind the question mark.</param>
    private MetricsServer(Socket listener, string? file, Dictionary<string, Func<string, Page>> pages, Func<Socket, bool>? mayAsk = null)
    {
        _mayAsk = mayAsk;
        _listener = listener;
        _file = file;
        _pages = pages;
        _thread = new Thread(Run) { Name = "metrics", IsBackground = true };
        _thread.Start();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Listens on all addresses.</summary>
    internal static MetricsServer Start(MetricsOptions options, Func<string> describe, Health? health = null, string name = MetricsOptions.PortName)
    {
        var pages = health is null ? [] : Pages(health);
        pages[options.Path] = _ => new Page(true, describe());
        var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var any = listener.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
        Listen(listener, new IPEndPoint(any, options.Port), name, options.Port.ToString(CultureInfo.InvariantCulture));
        return new MetricsServer(listener, null, pages);
    }

    /// <summary>Tells health alone; null when that is not asked for.</summary>
    internal static MetricsServer? Start(HealthOptions options, Health health)
    {
        if (options.Place is not { } place)
        {
            return null;
        }
        // What an agent that was killed has left: nobody listens there any more.
        var file = options.SocketFile;
        if (file is not null && IsAbandoned(place))
        {
            File.Delete(file);
        }
        var listener = new Socket(place.AddressFamily, SocketType.Stream, place is IPEndPoint ? ProtocolType.Tcp : ProtocolType.Unspecified);
        Listen(listener, place, options.Name, options.Value);
        return new MetricsServer(listener, file, Pages(health));
    }

    /// <summary>Tells <paramref name="pages"/> to whom <paramref name="mayAsk"/> allows it; null, with a warning, where somebody listens already.</summary>
    internal static MetricsServer? Start(UnixDomainSocketEndPoint place, Dictionary<string, Func<string, Page>> pages, Func<Socket, bool> mayAsk)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            listener.Bind(place);
            listener.Listen();
            return new MetricsServer(listener, null, pages, mayAsk);
        }
        catch (SocketException refused)
        {
            listener.Dispose();
            Log.Warn($"control: {place}: {refused.Message}: hilo top and hilo explain cannot ask this agent");
            return null;
        }
    }

    public void Dispose()
    {
        _stopping = true;
        _listener.Dispose();
        _thread.Join();
        if (_file is not null)
        {
            File.Delete(_file);
        }
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
        var head = ReadHead(client);
        var answer = Encoding.UTF8.GetBytes(_mayAsk?.Invoke(client) == false ? Response("403 Forbidden", "", "not for this user\n") : Answer(head));
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
        var parts = target.Split('?', 2);
        if (!_pages.TryGetValue(parts[0], out var page))
        {
            return Response("404 Not Found", "", $"here are {string.Join(", ", _pages.Keys)}\n", method == "HEAD");
        }
        if (method is not ("GET" or "HEAD"))
        {
            return Response("405 Method Not Allowed", "Allow: GET, HEAD\r\n", "only GET and HEAD\n");
        }
        var (isFine, text) = page(parts.ElementAtOrDefault(1) ?? "");
        return Response(isFine ? "200 OK" : "503 Service Unavailable", "", text, method == "HEAD");
    }

    private static Dictionary<string, Func<string, Page>> Pages(Health health) =>
        new() { [Health.HealthyPath] = _ => health.IsHealthy(), [Health.ReadyPath] = _ => health.IsReady() };

    private static bool IsAbandoned(EndPoint place)
    {
        using var asking = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            asking.Connect(place);
            return false;
        }
        catch (SocketException nobody)
        {
            return nobody.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static void Listen(Socket listener, EndPoint place, string name, string value)
    {
        try
        {
            listener.Bind(place);
            listener.Listen();
        }
        catch (SocketException refused)
        {
            listener.Dispose();
            throw new ConfigException(name, value, $"{refused.Message}; use another one");
        }
    }

    private static string Response(string status, string fields, string body, bool headOnly = false) =>
        $"HTTP/1.1 {status}\r\n{fields}Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n" +
        FormattableString.Invariant($"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n") +
        (headOnly ? "" : body);
}
