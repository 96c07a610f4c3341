// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Config;

namespace Agent.Ingest;

/// <summary>Where to listen.</summary>
internal static class IngestAddress
{
    private const int MaxSocketPath = 107;
    private const string Unix = "unix:";
    private const string Remedy = "use an address and a port like localhost:4317, 0.0.0.0:4317 or [::]:4317, or a socket like unix:///run/hilo/otlp.sock";

    /// <summary>Several for localhost.</summary>
    public static IReadOnlyList<EndPoint> Parse(string name, string text)
    {
        if (text.StartsWith(Unix, StringComparison.Ordinal))
        {
            var path = text[Unix.Length..];
            path = path.StartsWith("//", StringComparison.Ordinal) ? path[2..] : path;
            return path.StartsWith('/') && Encoding.UTF8.GetByteCount(path) <= MaxSocketPath
                ? [new UnixDomainSocketEndPoint(path)]
                : throw new ConfigException(name, text, "use the absolute path of a socket, at most 107 bytes, like unix:///run/hilo/otlp.sock");
        }

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new ConfigException(name, text, Remedy);
        }

        var host = text[..colon];
        return host switch
        {
            "" or "*" => [new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port)],
            "localhost" when port != 0 && HasLoopback6() => [new IPEndPoint(IPAddress.Loopback, port), new IPEndPoint(IPAddress.IPv6Loopback, port)],
            "localhost" => [new IPEndPoint(IPAddress.Loopback, port)],
            _ when IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetwork || host.StartsWith('[')) =>
                [new IPEndPoint(address, port)],
            _ => throw new ConfigException(name, text, Remedy),
        };
    }

    // A kernel that knows IPv6 need not have it on.
    private static bool HasLoopback6()
    {
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
