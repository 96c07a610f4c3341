// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Scenarios.Harness;

/// <summary>
/// OTLP over HTTP inside a sandbox's network. Apart from the generated message classes of
/// Google.Protobuf it shares no code with the agent.
/// </summary>
internal sealed class OtlpReceiver : IDisposable
{
    public const int Port = 4318;

    private static readonly byte[] Accepted = "HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    private readonly Socket _listener;
    private readonly List<Span> _spans = [];
    private readonly List<string> _problems = [];
    private readonly List<Socket> _connections = [];

    public OtlpReceiver(NetworkNamespace network, int port = Port)
    {
        _listener = network.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return socket;
        });
        new Thread(AcceptAll) { IsBackground = true }.Start();
    }

    public IReadOnlyList<Span> Spans
    {
        get
        {
            lock (_spans)
            {
                Assert.Empty(_problems);
                return [.. _spans];
            }
        }
    }

    /// <summary>Waits until a number of spans is there; returns what is there then.</summary>
    public IReadOnlyList<Span> WaitFor(Func<IReadOnlyList<Span>, bool> enough, int seconds = 15)
    {
        var patience = Stopwatch.StartNew();
        while (!enough(Spans) && patience.Elapsed.TotalSeconds < seconds)
        {
            Thread.Sleep(20);
        }

        return Spans;
    }

    /// <summary>It dies: whoever sends something is not answered.</summary>
    public void Dispose()
    {
        _listener.Dispose();
        lock (_connections)
        {
            _connections.ForEach(connection => connection.Dispose());
        }
    }

    private void AcceptAll()
    {
        try
        {
            while (true)
            {
                var socket = _listener.Accept();
                lock (_connections)
                {
                    _connections.Add(socket);
                }
                new Thread(() => Serve(socket)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Serve(Socket socket)
    {
        using var stream = new BufferedStream(new NetworkStream(socket, ownsSocket: true), 65536);
        try
        {
            while (ReadRequest(stream) is { } body)
            {
                var spans = Span.ReadAll(ExportTraceServiceRequest.Parser.ParseFrom(body)).ToArray();
                lock (_spans)
                {
                    _spans.AddRange(spans);
                }

                stream.Write(Accepted);
                stream.Flush();
            }
        }
        catch (Exception end) when (end is IOException or ObjectDisposedException)
        {
            // The agent was killed, or closed the connection; or this was disposed.
        }
        catch (Exception exception)
        {
            lock (_spans)
            {
                _problems.Add(exception.ToString());
            }
        }
    }

    private static byte[]? ReadRequest(Stream stream)
    {
        var line = ReadLine(stream);
        if (line is null)
        {
            return null;
        }

        if (line != "POST /v1/traces HTTP/1.1")
        {
            throw new InvalidDataException($"not a request to export traces: {line}");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (ReadLine(stream) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..colon]] = header[(colon + 1)..].Trim();
        }

        if (headers.GetValueOrDefault("content-type") != "application/x-protobuf")
        {
            throw new InvalidDataException($"content-type {headers.GetValueOrDefault("content-type")}");
        }

        if (headers.ContainsKey("traceparent"))
        {
            throw new InvalidDataException("the agent traced its own export");
        }

        return Decode(ReadBody(stream, headers), headers.GetValueOrDefault("content-encoding"));
    }

    private static byte[] ReadBody(Stream stream, Dictionary<string, string> headers)
    {
        if (headers.TryGetValue("content-length", out var length))
        {
            return ReadExactly(stream, int.Parse(length, CultureInfo.InvariantCulture));
        }

        var body = new MemoryStream();
        while (int.Parse(ReadLine(stream)!, NumberStyles.HexNumber, CultureInfo.InvariantCulture) is > 0 and var size)
        {
            body.Write(ReadExactly(stream, size));
            ReadLine(stream);
        }

        ReadLine(stream);
        return body.ToArray();
    }

    private static byte[] Decode(byte[] body, string? encoding)
    {
        if (encoding is null)
        {
            return body;
        }

        Assert.Equal("gzip", encoding);
        using var unpacked = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(body), CompressionMode.Decompress);
        gzip.CopyTo(unpacked);
        return unpacked.ToArray();
    }

    private static byte[] ReadExactly(Stream stream, int size)
    {
        var bytes = new byte[size];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string? ReadLine(Stream stream)
    {
        var line = new StringBuilder();
        for (int next; (next = stream.ReadByte()) >= 0;)
        {
            if (next == '\n')
            {
                return line.ToString();
            }

            if (next != '\r')
            {
                line.Append((char)next);
            }
        }

        return null;
    }
}
