// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Application;

/// <summary>The attributes of a span that its metrics have, too.</summary>
internal readonly ref struct RequestFacts
{
    private readonly ReadOnlySpan<byte> _method;
    private readonly ReadOnlySpan<byte> _route;
    private readonly ReadOnlySpan<byte> _error;
    private readonly ReadOnlySpan<byte> _address;
    private readonly ReadOnlySpan<byte> _peerService;
    private readonly ReadOnlySpan<byte> _rpcSystem;
    private readonly ReadOnlySpan<byte> _rpcService;
    private readonly ReadOnlySpan<byte> _rpcMethod;
    private readonly long _status;
    private readonly long _port;
    private readonly long _grpcStatus = NoStatus;

    private const long NoStatus = -1;

    internal RequestFacts(scoped in SpanView span)
    {
        var attributes = span.Attributes();
        while (attributes.Next())
        {
            var key = attributes.Key;
            if (key.SequenceEqual(AttributeKeys.HttpRequestMethod))
            {
                _method = attributes.Text;
            }
            else if (key.SequenceEqual(AttributeKeys.HttpRoute))
            {
                _route = attributes.Text;
            }
            else if (key.SequenceEqual(AttributeKeys.HttpResponseStatusCode))
            {
                _status = attributes.Integer;
            }
            else if (key.SequenceEqual(AttributeKeys.ErrorType))
            {
                _error = attributes.Text;
            }
            else if (key.SequenceEqual(AttributeKeys.ServerAddress))
            {
                _address = attributes.Text;
            }
            else if (key.SequenceEqual(AttributeKeys.ServerPort))
            {
                _port = attributes.Integer;
            }
            else if (key.SequenceEqual(AttributeKeys.PeerService))
            {
                _peerService = attributes.Text;
            }
            else if (key.StartsWith("rpc."u8))
            {
                TakeRpc(attributes, ref _rpcSystem, ref _rpcService, ref _rpcMethod, ref _grpcStatus);
            }
        }
    }

    internal bool IsRpc => !_rpcSystem.IsEmpty;

    /// <summary>Whom a client called, by the best name there is.</summary>
    internal ReadOnlySpan<byte> Peer => _peerService.IsEmpty ? _address : _peerService;

    /// <summary>A server's own name is not told: it is what clients say, and would make series at their pleasure.</summary>
    internal void Label(scoped ref LabelText labels, bool isClient)
    {
        labels.Add("rpc_system"u8, _rpcSystem);
        labels.Add("rpc_service"u8, _rpcService);
        labels.Add("rpc_method"u8, _rpcMethod);
        if (_grpcStatus != NoStatus)
        {
            Span<byte> digits = stackalloc byte[20];
            _ = System.Buffers.Text.Utf8Formatter.TryFormat(_grpcStatus, digits, out var size);
            labels.Add("rpc_grpc_status_code"u8, digits[..size]);
        }
        if (!IsRpc)
        {
            labels.Add("http_request_method"u8, _method);
            labels.Add("http_route"u8, _route);
            labels.Add("http_response_status_code"u8, _status);
        }
        labels.Add("error_type"u8, _error);
        if (isClient)
        {
            labels.Add("server_address"u8, _address);
            labels.Add("server_port"u8, _port);
        }
    }

    private static void TakeRpc(
        scoped in AttributeReader attribute,
        ref ReadOnlySpan<byte> system, ref ReadOnlySpan<byte> service, ref ReadOnlySpan<byte> method, ref long status)
    {
        if (attribute.Key.SequenceEqual(AttributeKeys.RpcSystem))
        {
            system = attribute.Text;
        }
        else if (attribute.Key.SequenceEqual(AttributeKeys.RpcService))
        {
            service = attribute.Text;
        }
        else if (attribute.Key.SequenceEqual(AttributeKeys.RpcMethod))
        {
            method = attribute.Text;
        }
        else if (attribute.Key.SequenceEqual(AttributeKeys.RpcGrpcStatusCode))
        {
            status = attribute.Integer;
        }
    }
}
