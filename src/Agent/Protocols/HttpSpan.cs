// SPDX-License-Identifier: Apache-2.0
// HTTP of any version by the stable OpenTelemetry semantic conventions for HTTP spans. Everything comes from the captured
// beginning of the request, or from the connection when the capture does not reach that far.
using System.Runtime.CompilerServices;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>What the spans of all versions of HTTP have in common.</summary>
internal static class HttpSpan
{
    private const int MaxTextSize = SpanWriter.MaxTextSize;

    /// <param name="version">Empty: not known.</param>
    public static void Describe(
        scoped in Exchange exchange,
        scoped in RequestHead head,
        scoped in RequestTarget target,
        scoped ReadOnlySpan<byte> version,
        scoped ref SpanWriter span)
    {
        if (exchange.Routes.Ignores(target.Path))
        {
            span.Discard();
        }

        var headers = new HttpHeaders(head.Headers);
        if (exchange.IsClient)
        {
            DescribeClient(exchange, head, target, headers, ref span);
        }
        else
        {
            DescribeServer(exchange, head, target, headers, ref span);
        }

        WriteAgentAndVersion(headers, version, ref span);
        HttpOutcome.Write(exchange, ref span);
    }

    public static void WriteAgentAndVersion(
        scoped in HttpHeaders headers, scoped ReadOnlySpan<byte> version, scoped ref SpanWriter span)
    {
        if (!headers.UserAgent.IsEmpty)
        {
            span.Attribute(AttributeKeys.UserAgentOriginal, headers.UserAgent);
        }

        if (!version.IsEmpty)
        {
            span.Attribute(AttributeKeys.NetworkProtocolVersion, version);
        }
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
            WriteName(exchange, method, target, ref span);
            span.Attribute(AttributeKeys.UrlPath, target.Path);
        }

        if (!target.Query.IsEmpty)
        {
            var query = new Utf8Builder(buffer);
            QueryRedaction.Append(target.Query, ref query);
            span.Attribute(AttributeKeys.UrlQuery, query.Written);
        }

        var forwarded = ForwardedHeader.Parse(headers);
        span.Attribute(
            AttributeKeys.UrlScheme,
            !forwarded.Scheme.IsEmpty ? forwarded.Scheme : !target.Scheme.IsEmpty ? target.Scheme : exchange.Scheme);
        Destination.AsReceived(exchange, target, headers, forwarded).Write(ref span);
        span.Attribute(AttributeKeys.ClientAddress, forwarded.ClientOr(exchange.PeerAddress));
    }

    [SkipLocalsInit]
    private static void DescribeClient(
        scoped in Exchange exchange,
        scoped in RequestHead head,
        scoped in RequestTarget target,
        scoped in HttpHeaders headers,
        scoped ref SpanWriter span)
    {
        var method = WriteMethod(head, exchange.Methods, ref span);
        if (exchange.OwnRoutes is null)
        {
            span.Name(method);
        }
        else
        {
            WriteName(exchange, method, target, ref span);
        }
        var destination = Destination.AsSent(exchange, target, headers);
        destination.Write(ref span);

        Span<byte> buffer = stackalloc byte[MaxTextSize];
        var url = new Utf8Builder(buffer);
        var scheme = target.Scheme.IsEmpty ? exchange.Scheme : target.Scheme;
        url.Append(scheme);
        url.Append(destination.HasUser ? "://REDACTED:REDACTED@"u8 : "://"u8);

        var isIPv6 = destination.Host.Contains((byte)':');
        url.Append(isIPv6 ? "["u8 : default);
        url.Append(destination.Host);
        url.Append(isIPv6 ? "]"u8 : default);
        if (destination.Port != Destination.DefaultPort(scheme))
        {
            url.Append(":"u8);
            url.Append(destination.Port);
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

    /// <summary>The method, and the route where there is one. What is asked of others has one only if the user said so.</summary>
    [SkipLocalsInit]
    private static void WriteName(
        scoped in Exchange exchange, scoped ReadOnlySpan<byte> method, scoped in RequestTarget target, scoped ref SpanWriter span)
    {
        var name = new Utf8Builder(stackalloc byte[MaxTextSize]);
        name.Append(method);
        name.Append(" "u8);
        if (exchange.OwnRoutes?.TryAppend(target.Path, target.IsPathCut, ref name) == true ||
            (!exchange.IsClient && exchange.Routes.TryAppend(target.Path, target.IsPathCut, ref name)))
        {
            span.Name(name.Written);
            span.Attribute(exchange.IsClient ? AttributeKeys.UrlTemplate : AttributeKeys.HttpRoute, name.Written[(method.Length + 1)..]);
        }
        else
        {
            span.Name(method);
        }
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
}
