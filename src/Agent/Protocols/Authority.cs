// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Agent.Protocols;

/// <summary>Host and port as in a URL, a Host header or a CONNECT target: <c>user@host:port</c>, <c>[::1]:80</c>.</summary>
internal readonly ref struct Authority
{
    /// <summary>Without the brackets of an IPv6 address.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>0 when none is given.</summary>
    public int Port { get; private init; }

    public bool HasUser { get; private init; }

    public bool IsIPv6 { get; private init; }

    public static Authority Parse(ReadOnlySpan<byte> text)
    {
        var at = text.LastIndexOf((byte)'@');
        var place = text[(at + 1)..];
        if (place is [(byte)'[', ..] && place.IndexOf((byte)']') is > 0 and var close)
        {
            return new Authority
            {
                Host = place[1..close],
                Port = ParsePort(place[(close + 1)..]),
                HasUser = at >= 0,
                IsIPv6 = true,
            };
        }

        // More than one colon without brackets is a bare IPv6 address, as X-Forwarded-For carries it.
        var colon = place.IndexOf((byte)':');
        if (colon >= 0 && place[(colon + 1)..].Contains((byte)':'))
        {
            return new Authority { Host = place, HasUser = at >= 0, IsIPv6 = true };
        }

        return new Authority
        {
            Host = colon < 0 ? place : place[..colon],
            Port = colon < 0 ? 0 : ParsePort(place[colon..]),
            HasUser = at >= 0,
        };
    }

    private static int ParsePort(ReadOnlySpan<byte> text) =>
        text.Length > 1 && text[0] == ':' && Utf8Parser.TryParse(text[1..], out ushort port, out var used)
            && used == text.Length - 1
            ? port
            : 0;
}
