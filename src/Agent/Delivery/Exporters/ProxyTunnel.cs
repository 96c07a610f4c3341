// SPDX-License-Identifier: Apache-2.0
// CONNECT, said by us: SocketsHttpHandler makes tunnels for TLS alone, and what it forwards in the clear is HTTP/1, which gRPC is not.
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Agent.Delivery.Exporters;

/// <summary>A connection through a proxy to a receiver that speaks HTTP/2 without TLS.</summary>
internal static class ProxyTunnel
{
    private const int LongestAnswer = 8192;

    /// <summary>True when a proxy stands between.</summary>
    public static bool IsNeeded(IWebProxy? proxy, Uri target) => proxy is not null && !proxy.IsBypassed(target);

    /// <summary>Bytes to and from <paramref name="target"/>; a refusal of the proxy is an <see cref="IOException"/>.</summary>
    public static async ValueTask<Stream> OpenAsync(IWebProxy proxy, Uri target, CancellationToken cancel)
    {
        var way = proxy.GetProxy(target)!;
        if (way.Scheme is not ("http" or "https"))
        {
            throw new IOException($"proxy {way.Host}:{way.Port}: gRPC without TLS goes through http and https proxies only");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Stream? stream = null;
        try
        {
            await socket.ConnectAsync(way.Host, way.Port, cancel).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
            if (way.Scheme == Uri.UriSchemeHttps)
            {
                var secure = new SslStream(stream);
                stream = secure;
                await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = way.Host }, cancel).ConfigureAwait(false);
            }

            await stream.WriteAsync(Encoding.ASCII.GetBytes(Question(proxy, way, target)), cancel).ConfigureAwait(false);
            var status = await ReadStatusAsync(stream, cancel).ConfigureAwait(false);
            return status.Split(' ') is [_, ['2', ..], ..] ? stream : throw new IOException($"proxy {way.Host}:{way.Port} answers {status}");
        }
        catch
        {
            if (stream is not null)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }

            socket.Dispose();
            throw;
        }
    }

    private static string Question(IWebProxy proxy, Uri way, Uri target)
    {
        var authority = $"{target.IdnHost}:{target.Port}";
        var credential = proxy.Credentials?.GetCredential(way, "Basic");
        var secret = credential is null ? "" :
            $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}"))}\r\n";
        return $"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{secret}\r\n";
    }

    // Byte by byte: what follows the empty line is the receiver's, which may speak first.
    private static async ValueTask<string> ReadStatusAsync(Stream stream, CancellationToken cancel)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < LongestAnswer)
        {
            if (await stream.ReadAsync(one, cancel).ConfigureAwait(false) == 0)
            {
                throw new IOException("the proxy closed the connection");
            }

            head.Append((char)one[0]);
            if (one[0] == (byte)'\n' && head.ToString() is var text && text.EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                return text[..text.IndexOf('\r', StringComparison.Ordinal)];
            }
        }

        throw new IOException("the proxy's answer does not end");
    }
}
