// SPDX-License-Identifier: Apache-2.0
// HTTP/1.0 and 1.1 by the stable OpenTelemetry semantic conventions for HTTP spans. Everything comes from the captured
// beginning of the request, or from the connection when the capture does not reach that far.
//
// error.type is one of: the status code (clients from 400 on, servers from 500 on), or connection_closed when the
// connection ended before the response was complete.
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using Agent.Contract;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>Name, attributes and status of an HTTP/1 exchange.</summary>
internal readonly struct Http1 : IProtocol
{
    private const int DefaultPort = 80;
    private const int MaxTextSize = SpanWriter.MaxTextSize;

    public static void Describe(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        var head = new RequestHead(exchange.Request);
        var headers = new HttpHeaders(head.Headers);
        var target = new RequestTarget(head);
        if (exchange.IsClient)
        {
            DescribeClient(exchange, head, target, headers, ref span);
        }
        else
        {
            DescribeServer(exchange, head, target, headers, ref span);
        }

        if (!headers.UserAgent.IsEmpty)
        {
            span.Attribute(AttributeKeys.UserAgentOriginal, headers.UserAgent);
        }

        WriteVersion(head, exchange.Response, ref span);
        WriteOutcome(exchange, ref span);
    }

    [SkipLocalsInit]
    private static void DescribeServer(
        scoped in Exchange exchange,
        scoped in RequestHead head,
        scoped in RequestTarget target,
        scoped in HttpHeaders headers,
        scoped ref SpanWriter span)
    {
        Span<byte> buffer = stackalloc byte[MaxTextSize];
        var method = WriteMethod(head, exchange.Methods, ref span);
        if (target.Path.IsEmpty)
        {
            span.Name(method);
        }
        else
        {
            var name = new Utf8Builder(buffer);
            name.Append(method);
            name.Append(" "u8);
            HttpRoute.Append(target.Path, target.IsPathCut, ref name);
            span.Name(name.Written);
            span.Attribute(AttributeKeys.HttpRoute, name.Written[(method.Length + 1)..]);
            span.Attribute(AttributeKeys.UrlPath, target.Path);
        }

        if (!target.Query.IsEmpty)
        {
            var query = new Utf8Builder(buffer);
            QueryRedaction.Append(target.Query, ref query);
            span.Attribute(AttributeKeys.UrlQuery, query.Written);
        }

        WriteServerSide(exchange, target, headers, ref span);
    }

    private static void WriteServerSide(
        scoped in Exchange exchange,
        scoped in RequestTarget target,
        scoped in HttpHeaders headers,
        scoped ref SpanWriter span)
    {
        var forwarded = ForwardedHeader.Parse(headers);
        span.Attribute(
            AttributeKeys.UrlScheme,
            !forwarded.Scheme.IsEmpty ? forwarded.Scheme : !target.Scheme.IsEmpty ? target.Scheme : "http"u8);

        ref readonly var e = ref exchange.Event;
        var place = !forwarded.Host.IsEmpty ? forwarded.Host : !target.Authority.IsEmpty ? target.Authority : headers.Host;
        var defaultPort = !forwarded.Host.IsEmpty || !target.Authority.IsEmpty ? 0 : e.Local.Port;
        Span<byte> localText = stackalloc byte[AddressText.MaxSize];
        var authority = new Authority(place);
        if (authority.Host.IsEmpty)
        {
            WriteServer(AddressText.Format(e.Local.Address.AsSpan(), localText), e.Local.Port, ref span);
        }
        else
        {
            WriteServer(authority.Host, authority.Port != 0 ? authority.Port : defaultPort, ref span);
        }

        var client = new Authority(forwarded.Client).Host;
        span.Attribute(AttributeKeys.ClientAddress, !client.IsEmpty ? client : exchange.PeerAddress);
    }

    [SkipLocalsInit]
    private static void DescribeClient(
        scoped in Exchange exchange,
        scoped in RequestHead head,
        scoped in RequestTarget target,
        scoped in HttpHeaders headers,
        scoped ref SpanWriter span)
    {
        span.Name(WriteMethod(head, exchange.Methods, ref span));
        ref readonly var e = ref exchange.Event;
        var authority = new Authority(!target.Authority.IsEmpty ? target.Authority : headers.Host);
        var port = authority.Port != 0 ? authority.Port
            : target.Scheme.IsEmpty ? e.Remote.Port
            : target.Scheme.SequenceEqual("https"u8) ? 443
            : DefaultPort;
        var host = authority.Host.IsEmpty ? exchange.PeerAddress : authority.Host;
        WriteServer(host, port, ref span);

        Span<byte> buffer = stackalloc byte[MaxTextSize];
        var url = new Utf8Builder(buffer);
        var isIPv6 = host.Contains((byte)':');
        if (target.Scheme.IsEmpty && !authority.HasUser)
        {
            url.Append("http://"u8);
        }
        else
        {
            url.Append(target.Scheme.IsEmpty ? "http"u8 : target.Scheme);
            url.Append(authority.HasUser ? "://REDACTED:REDACTED@"u8 : "://"u8);
        }

        url.Append(isIPv6 ? "["u8 : default);
        url.Append(host);
        url.Append(isIPv6 ? "]"u8 : default);
        if (port != DefaultPort)
        {
            url.Append(":"u8);
            url.Append(port);
        }

        // "OPTIONS *" asks about the server as a whole: its URL ends with the authority.
        url.Append(target.Path is [(byte)'*'] ? default : target.Path);
        if (!target.Query.IsEmpty)
        {
            url.Append("?"u8);
            QueryRedaction.Append(target.Query, ref url);
        }

        span.Attribute(AttributeKeys.UrlFull, url.Written);
    }

    /// <summary>Writes the method and returns what stands for it in the span name.</summary>
    private static ReadOnlySpan<byte> WriteMethod(
        scoped in RequestHead head, HttpMethods methods, scoped ref SpanWriter span)
    {
        if (methods.IsKnown(head.Method))
        {
            span.Attribute(AttributeKeys.HttpRequestMethod, head.Method);
            return head.Method;
        }

        span.Attribute(AttributeKeys.HttpRequestMethod, "_OTHER"u8);
        if (!head.Method.IsEmpty)
        {
            span.Attribute(AttributeKeys.HttpRequestMethodOriginal, head.Method);
        }

        return "HTTP"u8;
    }

    /// <param name="port">0: not known.</param>
    private static void WriteServer(scoped ReadOnlySpan<byte> address, int port, scoped ref SpanWriter span)
    {
        span.Attribute(AttributeKeys.ServerAddress, address);
        if (port != 0)
        {
            span.Attribute(AttributeKeys.ServerPort, port);
        }
    }

    /// <summary>A long target can push the version out of the captured request; the response has it too.</summary>
    private static void WriteVersion(
        scoped in RequestHead head, ReadOnlySpan<byte> response, scoped ref SpanWriter span)
    {
        var version = head.Version;
        if (version.IsEmpty && response.Length >= 8 && response.StartsWith("HTTP/"u8))
        {
            version = response[5..8];
        }

        if (version is [(byte)'1', (byte)'.', (byte)'0' or (byte)'1'])
        {
            span.Attribute(AttributeKeys.NetworkProtocolVersion, version);
        }
    }

    private static void WriteOutcome(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        var status = exchange.Event.Status;
        if (status >= (exchange.IsClient ? 400 : 500))
        {
            Span<byte> text = stackalloc byte[8];
            Utf8Formatter.TryFormat(status, text, out var size);
            span.Attribute(AttributeKeys.ErrorType, text[..size]);
            span.Failed();
        }
        else if (exchange.Event.Outcome == Outcome.Closed)
        {
            span.Attribute(AttributeKeys.ErrorType, "connection_closed"u8);
            span.Failed("the connection ended before the response was complete"u8);
        }
    }
}
