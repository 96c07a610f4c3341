// SPDX-License-Identifier: Apache-2.0
namespace Agent.Protocols;

/// <summary>Host and port as in a URL, a Host header or a CONNECT target: <c>user@host:port</c>, <c>[::1]:80</c>.</summary>
internal readonly ref struct Authority
{
    public Authority(ReadOnlySpan<byte> text)
    {
        var mark = text.IndexOfAny((byte)':', (byte)'@', (byte)'[');
        if (mark < 0)
        {
            Host = text;
            return;
        }

        var at = text.LastIndexOf((byte)'@');
        HasUser = at >= 0;
        var place = text[(at + 1)..];
        var close = place is [(byte)'[', ..] ? place.IndexOf((byte)']') : -1;
        if (close > 0)
        {
            Host = place[1..close];
            Port = ParsePort(place[(close + 1)..]);
            return;
        }

        // More than one colon without brackets is a bare IPv6 address, as X-Forwarded-For carries it.
        var colon = place.IndexOf((byte)':');
        var isAddress = colon >= 0 && place[(colon + 1)..].Contains((byte)':');
        Host = colon < 0 || isAddress ? place : place[..colon];
        Port = colon < 0 || isAddress ? 0 : ParsePort(place[colon..]);
    }

    /// <summary>Without the brackets of an IPv6 address.</summary>
    public ReadOnlySpan<byte> Host { get; }

    /// <summary>0 when none is given.</summary>
    public int Port { get; }

    public bool HasUser { get; }

    /// <summary>Of ":8080"; 0 for anything that is not a port.</summary>
    private static int ParsePort(ReadOnlySpan<byte> text)
    {
        if (text.Length is < 2 or > 6 || text[0] != ':')
        {
            return 0;
        }

        var port = 0;
        foreach (var character in text[1..])
        {
            if (!char.IsAsciiDigit((char)character))
            {
                return 0;
            }

            port = (port * 10) + (character - '0');
        }

        return port <= ushort.MaxValue ? port : 0;
    }
}
