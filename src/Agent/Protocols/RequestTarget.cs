// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Protocols;

/// <summary>The four forms of RFC 9112, section 3.2: <c>/path?query</c>, <c>http://host/path</c>, <c>host:port</c>, <c>*</c>.</summary>
internal readonly ref struct RequestTarget
{
    /// <summary>Empty unless the target is in absolute-form.</summary>
    public ReadOnlySpan<byte> Scheme { get; private init; }

    /// <summary>Empty in origin-form and asterisk-form.</summary>
    public ReadOnlySpan<byte> Authority { get; private init; }

    public ReadOnlySpan<byte> Path { get; private init; }

    public ReadOnlySpan<byte> Query { get; private init; }

    /// <summary>True when the path itself ended with the capture: its last segment is not whole.</summary>
    public bool IsPathCut { get; private init; }

    public static RequestTarget Parse(scoped in RequestHead head)
    {
        var target = head.Target;
        if (head.Method.SequenceEqual("CONNECT"u8))
        {
            return new RequestTarget { Authority = target };
        }

        if (target is [(byte)'/', ..] or [(byte)'*'])
        {
            return Split(default, default, target, head.IsTargetCut);
        }

        var mark = target.IndexOf("://"u8);
        if (mark <= 0)
        {
            return Split(default, default, target, head.IsTargetCut);
        }

        var rest = target[(mark + 3)..];
        var pathStart = rest.IndexOfAny("/?"u8);
        return pathStart < 0
            ? new RequestTarget { Scheme = KnownScheme(target[..mark]), Authority = rest, Path = "/"u8 }
            : Split(KnownScheme(target[..mark]), rest[..pathStart], rest[pathStart..], head.IsTargetCut);
    }

    private static RequestTarget Split(
        ReadOnlySpan<byte> scheme, ReadOnlySpan<byte> authority, ReadOnlySpan<byte> rest, bool isCut)
    {
        var mark = rest.IndexOf((byte)'?');
        var path = mark < 0 ? rest : rest[..mark];
        return new RequestTarget
        {
            Scheme = scheme,
            Authority = authority,
            Path = path.IsEmpty ? "/"u8 : path,
            Query = mark < 0 ? default : rest[(mark + 1)..],
            IsPathCut = isCut && mark < 0,
        };
    }

    private static ReadOnlySpan<byte> KnownScheme(ReadOnlySpan<byte> scheme) =>
        Ascii.EqualsIgnoreCase(scheme, "http"u8) ? "http"u8
        : Ascii.EqualsIgnoreCase(scheme, "https"u8) ? "https"u8
        : scheme;
}
