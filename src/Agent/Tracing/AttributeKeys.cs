// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tracing;

/// <summary>Keys of the OpenTelemetry semantic conventions that are not written from the contract.</summary>
internal static class AttributeKeys
{
    public static ReadOnlySpan<byte> ClientAddress => "client.address"u8;

    public static ReadOnlySpan<byte> ErrorType => "error.type"u8;

    /// <summary>Written from the contract.</summary>
    public static ReadOnlySpan<byte> HiloLink => "hilo.link"u8;

    /// <summary>Written from the contract.</summary>
    public static ReadOnlySpan<byte> HiloPropagation => "hilo.propagation"u8;

    public static ReadOnlySpan<byte> HiloRpcKind => "hilo.rpc.kind"u8;

    public static ReadOnlySpan<byte> HttpRequestMethod => "http.request.method"u8;

    public static ReadOnlySpan<byte> HttpRequestMethodOriginal => "http.request.method_original"u8;

    /// <summary>Written from the contract; the printers read it.</summary>
    public static ReadOnlySpan<byte> HttpResponseStatusCode => "http.response.status_code"u8;

    public static ReadOnlySpan<byte> HttpRoute => "http.route"u8;

    public static ReadOnlySpan<byte> NetworkLocalAddress => "network.local.address"u8;

    public static ReadOnlySpan<byte> NetworkLocalPort => "network.local.port"u8;

    public static ReadOnlySpan<byte> NetworkPeerAddress => "network.peer.address"u8;

    public static ReadOnlySpan<byte> NetworkPeerPort => "network.peer.port"u8;

    public static ReadOnlySpan<byte> NetworkProtocolVersion => "network.protocol.version"u8;

    public static ReadOnlySpan<byte> RpcGrpcStatusCode => "rpc.grpc.status_code"u8;

    public static ReadOnlySpan<byte> RpcMethod => "rpc.method"u8;

    public static ReadOnlySpan<byte> RpcService => "rpc.service"u8;

    public static ReadOnlySpan<byte> RpcSystem => "rpc.system"u8;

    public static ReadOnlySpan<byte> PeerService => "peer.service"u8;

    public static ReadOnlySpan<byte> ProcessPid => "process.pid"u8;

    public static ReadOnlySpan<byte> ServerAddress => "server.address"u8;

    public static ReadOnlySpan<byte> ServerPort => "server.port"u8;

    public static ReadOnlySpan<byte> ServiceName => "service.name"u8;

    public static ReadOnlySpan<byte> UrlFull => "url.full"u8;
    public static ReadOnlySpan<byte> UrlTemplate => "url.template"u8;

    public static ReadOnlySpan<byte> UrlPath => "url.path"u8;

    public static ReadOnlySpan<byte> UrlQuery => "url.query"u8;

    public static ReadOnlySpan<byte> UrlScheme => "url.scheme"u8;

    public static ReadOnlySpan<byte> UserAgentOriginal => "user_agent.original"u8;
}
