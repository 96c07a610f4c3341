// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Protocols;

/// <summary>The four forms of RFC 9112, section 3.2: <c>/path?query</c>, <c>http://host/path</c>, <c>host:port</c>, <c>*</c>.</summary>
internal readonly ref struct RequestTarget
{
    public RequestTarget(scoped in RequestHead head)
    {
        var target = head.Target;
        if (target is not [(byte)'/' or (byte)'*', ..])
        {
            if (head.Method.SequenceEqual("CONNECT"u8))
            {
                Authority = target;
                return;
            }

            var mark = target.IndexOf("://"u8);
            if (mark > 0)
            {
                var rest = target[(mark + 3)..];
                var pathStart = rest.IndexOfAny("/?"u8);
                Scheme = KnownScheme(target[..mark]);
                Authority = pathStart < 0 ? rest : rest[..pathStart];
                target = pathStart < 0 ? "/"u8 : rest[pathStart..];
            }
        }

        var queryMark = target.IndexOf((byte)'?');
        Path = queryMark < 0 ? target : target[..queryMark];
        if (Path.IsEmpty)
        {
            Path = "/"u8;
        }

        Query = queryMark < 0 ? default : target[(queryMark + 1)..];
        IsPathCut = head.IsTargetCut && queryMark < 0;
    }

    /// <summary>Empty unless the target is in absolute-form.</summary>
    public ReadOnlySpan<byte> Scheme { get; }

    /// <summary>Empty in origin-form and asterisk-form.</summary>
    public ReadOnlySpan<byte> Authority { get; }

    public ReadOnlySpan<byte> Path { get; }

    public ReadOnlySpan<byte> Query { get; }

    /// <summary>True when the path itself ended with the capture: its last segment is not whole.</summary>
    public bool IsPathCut { get; }

    /// <summary>
    /// Of HTTP/2, which keeps authority and path apart: what the kernel says in the place of a path that it does not know
    /// is no target of HTTP/1.
    /// </summary>
    public static RequestTarget OfStream(scoped in RequestHead head) =>
        head.Target is [(byte)'/' or (byte)'*', ..] ? new RequestTarget(head) : default;

    private static ReadOnlySpan<byte> KnownScheme(ReadOnlySpan<byte> scheme) =>
        Ascii.EqualsIgnoreCase(scheme, "http"u8) ? "http"u8
        : Ascii.EqualsIgnoreCase(scheme, "https"u8) ? "https"u8
        : scheme;
}
