// SPDX-License-Identifier: Apache-2.0
// gRPC by the OpenTelemetry semantic conventions for RPC spans, in the names that rpc.* has had from the beginning and that
// every backend reads. A call is a stream of HTTP/2 too: what the kernel measured of that (sizes, HTTP status) stays on the
// span, and fields that the user named are http.request.header.<name> here as everywhere.
//
// The status of a call is, in this order:
//   1. grpc-status, from the trailers or from a response that is nothing but trailers
//   2. at a client, when HTTP said something else than 200: the code that its library makes of that
//   3. none. The span then fails as one of HTTP would: by its HTTP status at a server, by a reset, by a connection that
//      closed. An answer that was complete is not held against anybody: on a connection older than Hilo the trailers may
//      be there and not be readable. No code is made up for a reset, because the application knows which it was
//      (CANCELLED, DEADLINE_EXCEEDED), and the wire does not.
using System.Runtime.CompilerServices;
using Agent.Contract;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>Name, attributes and status of a gRPC call.</summary>
internal readonly struct Grpc : IProtocol
{
    private const int NoStatus = -1;
    private const int HttpOk = 200;
    private const int MaxMessageSize = 512;

    /// <summary>Whether the span of it is one that failed.</summary>
    public static bool Fails(in ExchangeEvent e) => StatusOf(e) is var status && status == NoStatus ? HttpOutcome.Fails(e) : Fails(e, status);

    public static void Describe(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        var head = new RequestHead(exchange.Request);
        var headers = new HttpHeaders(head.Headers);
        var target = RequestTarget.OfStream(head);
        WriteMethod(target, ref span);
        if (exchange.IsClient)
        {
            Destination.AsSent(exchange, target, headers).Write(ref span);
        }
        else
        {
            var forwarded = ForwardedHeader.Parse(headers);
            Destination.AsReceived(exchange, target, headers, forwarded).Write(ref span);
            span.Attribute(AttributeKeys.ClientAddress, forwarded.ClientOr(exchange.PeerAddress));
        }

        HttpSpan.WriteAgentAndVersion(headers, Http2.Version, ref span);
        WriteKind(exchange.Event, ref span);
        WriteStatus(exchange, ref span);
    }

    /// <summary>A service may stand below a prefix; the method is what follows the last slash.</summary>
    private static void WriteMethod(scoped in RequestTarget target, scoped ref SpanWriter span)
    {
        var slash = target.Path.LastIndexOf((byte)'/');
        var isWhole = slash > 1 && slash < target.Path.Length - 1 && !target.IsPathCut;
        span.Name(isWhole ? target.Path[1..] : "grpc"u8);
        span.Attribute(AttributeKeys.RpcSystem, "grpc"u8);
        if (isWhole)
        {
            span.Attribute(AttributeKeys.RpcService, target.Path[1..slash]);
            span.Attribute(AttributeKeys.RpcMethod, target.Path[(slash + 1)..]);
        }
    }

    /// <summary>
    /// Guessed from what was sent: the wire does not carry the kind. A streaming call that happened to send exactly one
    /// message looks unary; a side of which no message is known may have been anything.
    /// </summary>
    private static void WriteKind(in ExchangeEvent e, scoped ref SpanWriter span)
    {
        if (e.RequestMessages != 0 && e.ResponseMessages != 0)
        {
            span.Attribute(AttributeKeys.HiloRpcKind, (e.RequestMessages > 1, e.ResponseMessages > 1) switch
            {
                (false, false) => "unary"u8,
                (true, false) => "client_streaming"u8,
                (false, true) => "server_streaming"u8,
                (true, true) => "bidi_streaming"u8,
            });
        }
    }

    private static void WriteStatus(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        var status = StatusOf(exchange.Event);
        if (status == NoStatus)
        {
            HttpOutcome.Write(exchange, ref span);
            return;
        }

        span.Attribute(AttributeKeys.RpcGrpcStatusCode, status);
        if (Fails(exchange.Event, status))
        {
            HttpOutcome.WriteErrorType(GrpcStatus.NameOf(status), status, ref span);
            WriteFailure(exchange.Notes, ref span);
        }
    }

    private static bool Fails(in ExchangeEvent e, int status) =>
        status != GrpcStatus.Ok && (e.Role == Role.Client || GrpcStatus.IsServerFailure(status));

    private static int StatusOf(in ExchangeEvent e)
    {
        if (e.GrpcStatus != 0)
        {
            return e.GrpcStatus - 1;
        }

        return e.Role == Role.Client && e.Status is not (0 or HttpOk) ? GrpcStatus.OfHttp(e.Status) : NoStatus;
    }

    [SkipLocalsInit]
    private static void WriteFailure(scoped ReadOnlySpan<byte> notes, scoped ref SpanWriter span)
    {
        var message = new Utf8Builder(stackalloc byte[MaxMessageSize]);
        foreach (var note in new NoteReader(notes))
        {
            if (note.Kind == NoteKind.GrpcMessage)
            {
                PercentEncoding.Decode(note.Text, ref message);
                break;
            }
        }

        span.Failed(message.Written);
    }
}
