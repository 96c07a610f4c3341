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
        // Hosts are short: one pass over the bytes is quicker than three searches.
        int at = -1, colon = -1, colons = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '@')
            {
                (at, colon, colons) = (i, -1, 0);
            }
            else if (text[i] == ':' && colons++ == 0)
            {
                colon = i;
            }
        }

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
        if (colons > 1)
        {
            return new Authority { Host = place, HasUser = at >= 0, IsIPv6 = true };
        }

        return new Authority
        {
            Host = colon < 0 ? place : text[(at + 1)..colon],
            Port = colon < 0 ? 0 : ParsePort(text[colon..]),
            HasUser = at >= 0,
        };
    }

    private static int ParsePort(ReadOnlySpan<byte> text) =>
        text.Length > 1 && text[0] == ':' && Utf8Parser.TryParse(text[1..], out ushort port, out var used)
            && used == text.Length - 1
            ? port
            : 0;
}
