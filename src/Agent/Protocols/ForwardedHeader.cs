// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Protocols;

/// <summary>
/// What proxies say about the original request: RFC 7239 <c>Forwarded</c>, else the older <c>X-Forwarded-*</c>.
/// The first element is the one nearest to the client.
/// </summary>
internal readonly ref struct ForwardedHeader
{
    /// <summary>Perhaps with a port.</summary>
    private ReadOnlySpan<byte> Client { get; init; }

    public ReadOnlySpan<byte> Host { get; private init; }

    public ReadOnlySpan<byte> Scheme { get; private init; }

    public static ForwardedHeader Parse(scoped in HttpHeaders headers)
    {
        if (headers.Forwarded.IsEmpty && headers.ForwardedFor.IsEmpty && headers.ForwardedHost.IsEmpty
            && headers.ForwardedProto.IsEmpty)
        {
            return default;
        }

        var element = First(headers.Forwarded);
        return new ForwardedHeader
        {
            Client = Either(Parameter(element, "for"u8), First(headers.ForwardedFor)),
            Host = Either(Parameter(element, "host"u8), First(headers.ForwardedHost)),
            Scheme = KnownScheme(Either(Parameter(element, "proto"u8), First(headers.ForwardedProto))),
        };
    }

    /// <summary>The address of the client without its port, or <paramref name="otherwise"/> when none is given.</summary>
    public ReadOnlySpan<byte> ClientOr(ReadOnlySpan<byte> otherwise)
    {
        var client = new Authority(Client).Host;
        return !client.IsEmpty ? client : otherwise;
    }

    private static ReadOnlySpan<byte> Either(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) =>
        first.IsEmpty ? second : first;

    private static ReadOnlySpan<byte> First(ReadOnlySpan<byte> list)
    {
        var comma = list.IndexOf((byte)',');
        return (comma < 0 ? list : list[..comma]).Trim(" \t"u8);
    }

    private static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> element, ReadOnlySpan<byte> name)
    {
        while (!element.IsEmpty)
        {
            var end = element.IndexOf((byte)';');
            var pair = (end < 0 ? element : element[..end]).Trim(" \t"u8);
            if (pair.Length > name.Length && pair[name.Length] == '=' && Ascii.EqualsIgnoreCase(pair[..name.Length], name))
            {
                return pair[(name.Length + 1)..].Trim((byte)'"');
            }

            element = end < 0 ? default : element[(end + 1)..];
        }

        return default;
    }

    private static ReadOnlySpan<byte> KnownScheme(ReadOnlySpan<byte> scheme) =>
        Ascii.EqualsIgnoreCase(scheme, "https"u8) ? "https"u8
        : Ascii.EqualsIgnoreCase(scheme, "http"u8) ? "http"u8
        : default;
}
