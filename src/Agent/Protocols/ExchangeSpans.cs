// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics.CodeAnalysis;
using Agent.Contract;
using Agent.Kubernetes;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>One exchange as one span: what every protocol has in common, then the protocol's own part.</summary>
internal sealed class ExchangeSpans(Clock clock, HttpMethods methods, ExchangeNotes? notes = null, HttpRoutes? routes = null, PeerNames? peers = null)
{
    private readonly byte[] _localText = new byte[AddressText.MaxSize];
    private readonly byte[] _peerText = new byte[AddressText.MaxSize];

    /// <summary>To be called now and then by the thread that writes.</summary>
    public void Tick() => clock.Tick();

    /// <param name="own">Of the program that the exchange is of.</param>
    public void Write([UnscopedRef] in ExchangeEvent e, ReadOnlySpan<byte> heads, OwnRoutes? own, scoped ref SpanWriter span)
    {
        var peer = AddressText.Format(e.Remote.Address.AsSpan(), _peerText);
        var local = AddressText.Format(e.Local.Address.AsSpan(), _localText);
        var exchange = new Exchange(e, heads, local, peer, methods, routes ?? HttpRoutes.None, own);
        span.TextComesFrom(heads);
        span.Identity(e.Span.TraceId.AsSpan(), e.Span.SpanId.AsSpan(), e.ParentId.AsSpan());
        span.Flags(e.Span.Flags, isParentRemote: !exchange.IsClient);
        span.Kind(exchange.IsClient ? SpanKind.Client : SpanKind.Server);
        span.Times(clock.ToUnix(e.StartNs), clock.ToUnix(Math.Max(e.StartNs, e.EndNs)));
        Describe(exchange, ref span);
        ExchangeEventAttributes.Write(e, ref span);
        WriteEndpoints(exchange, ref span);
        notes?.Write(exchange.Notes, ref span);
    }

    /// <summary>Whether the span of it is one that failed.</summary>
    public static bool Fails(in ExchangeEvent e) => e is { Protocol: Protocol.Http2, IsGrpc: not 0 } ? Grpc.Fails(e) : HttpOutcome.Fails(e);

    private static void Describe(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        switch (exchange.Event.Protocol)
        {
            case Protocol.Http1:
                Http1.Describe(exchange, ref span);
                break;
            case Protocol.Http2 when exchange.Event.IsGrpc != 0:
                Grpc.Describe(exchange, ref span);
                break;
            case Protocol.Http2:
                Http2.Describe(exchange, ref span);
                break;
            default:
                span.Name("unknown"u8);
                break;
        }
    }

    private void WriteEndpoints(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        ref readonly var e = ref exchange.Event;
        span.Attribute(AttributeKeys.NetworkPeerAddress, exchange.PeerAddress);
        span.Attribute(AttributeKeys.NetworkPeerPort, e.Remote.Port);
        if (exchange.IsClient && peers is not null && peers.Find(e.Remote.Address.AsSpan()) is { IsEmpty: false } peer)
        {
            span.Attribute(AttributeKeys.PeerService, peer);
        }
        span.Attribute(AttributeKeys.NetworkLocalAddress, exchange.LocalAddress);
        span.Attribute(AttributeKeys.NetworkLocalPort, e.Local.Port);
    }
}
