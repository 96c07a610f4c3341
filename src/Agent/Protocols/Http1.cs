// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>Name, attributes and status of an exchange of HTTP/1.0 or 1.1.</summary>
internal readonly struct Http1 : IProtocol
{
    public static void Describe(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        var head = new RequestHead(exchange.Request);
        HttpSpan.Describe(exchange, head, new RequestTarget(head), Version(head, exchange.Response), ref span);
    }

    /// <summary>A long target can push the version out of the captured request; the response has it too.</summary>
    private static ReadOnlySpan<byte> Version(scoped in RequestHead head, ReadOnlySpan<byte> response)
    {
        var version = head.Version;
        if (version.IsEmpty && response.Length >= 8 && response.StartsWith("HTTP/"u8))
        {
            version = response[5..8];
        }

        return version is [(byte)'1', (byte)'.', (byte)'0' or (byte)'1'] ? version : default;
    }
}
