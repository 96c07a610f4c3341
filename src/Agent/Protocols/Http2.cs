// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>
/// Name, attributes and status of a stream of HTTP/2, whose request the kernel writes down in the style of HTTP/1. A
/// method that is not known, because the connection is older than Hilo, is <c>_OTHER</c>; such a path is left out.
/// </summary>
internal readonly struct Http2 : IProtocol
{
    public static ReadOnlySpan<byte> Version => "2"u8;

    public static void Describe(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        var head = new RequestHead(exchange.Request);
        HttpSpan.Describe(exchange, head, RequestTarget.OfStream(head), Version, ref span);
    }
}
