// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>The server that a request is for, by the name that its client used; else by the address of the connection.</summary>
internal readonly ref struct Destination
{
    private const int HttpPort = 80;
    private const int HttpsPort = 443;

    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>0: not known.</summary>
    public int Port { get; private init; }

    public bool HasUser { get; private init; }

    public static int DefaultPort(ReadOnlySpan<byte> scheme) => scheme.SequenceEqual("https"u8) ? HttpsPort : HttpPort;

    /// <summary>As the client itself sees it.</summary>
    public static Destination AsSent(scoped in Exchange exchange, scoped in RequestTarget target, scoped in HttpHeaders headers)
    {
        var authority = new Authority(!target.Authority.IsEmpty ? target.Authority : headers.Host);
        return new Destination
        {
            Host = authority.Host.IsEmpty ? exchange.PeerAddress : authority.Host,
            Port = authority.Port != 0 ? authority.Port
                : target.Scheme.IsEmpty ? exchange.Event.Remote.Port
                : DefaultPort(target.Scheme),
            HasUser = authority.HasUser,
        };
    }

    /// <summary>As the server sees it; what proxies say of the original request comes first.</summary>
    public static Destination AsReceived(
        scoped in Exchange exchange,
        scoped in RequestTarget target,
        scoped in HttpHeaders headers,
        scoped in ForwardedHeader forwarded)
    {
        var isElsewhere = !forwarded.Host.IsEmpty || !target.Authority.IsEmpty;
        var authority = new Authority(
            !forwarded.Host.IsEmpty ? forwarded.Host : !target.Authority.IsEmpty ? target.Authority : headers.Host);
        var isNamed = !authority.Host.IsEmpty;
        int localPort = exchange.Event.Local.Port;
        return new Destination
        {
            Host = isNamed ? authority.Host : exchange.LocalAddress,
            Port = !isNamed ? localPort : authority.Port != 0 ? authority.Port : isElsewhere ? 0 : localPort,
        };
    }

    public void Write(scoped ref SpanWriter span)
    {
        span.Attribute(AttributeKeys.ServerAddress, Host);
        if (Port != 0)
        {
            span.Attribute(AttributeKeys.ServerPort, Port);
        }
    }
}
