// SPDX-License-Identifier: Apache-2.0
namespace Agent.Protocols;

/// <summary>
/// What the captured beginning of an HTTP/1 request says. The capture may end anywhere, so every part may be
/// missing or cut; a part that is cut says so or is left empty.
/// </summary>
internal readonly ref struct RequestHead
{
    private const int VersionSize = 9; // " HTTP/1.1"

    public RequestHead(ReadOnlySpan<byte> head)
    {
        var lineEnd = head.IndexOf((byte)'\n');
        var line = HttpHeaders.TrimLineEnd(lineEnd < 0 ? head : head[..lineEnd]);
        var methodEnd = line.IndexOf((byte)' ');
        if (methodEnd < 0)
        {
            IsTargetCut = lineEnd < 0;
            return;
        }

        var rest = line[(methodEnd + 1)..];
        var targetEnd = rest.Length - VersionSize;
        if (targetEnd < 0 || !rest[targetEnd..].StartsWith(" HTTP/"u8))
        {
            targetEnd = rest.LastIndexOf(" HTTP/"u8); // malformed, or cut inside the version
        }

        Method = line[..methodEnd];
        Target = targetEnd < 0 ? rest : rest[..targetEnd];
        IsTargetCut = lineEnd < 0 && targetEnd < 0;
        if (lineEnd >= 0)
        {
            Version = targetEnd < 0 ? default : rest[(targetEnd + 6)..];
            Headers = head[(lineEnd + 1)..];
        }
    }

    public ReadOnlySpan<byte> Method { get; }

    public ReadOnlySpan<byte> Target { get; }

    /// <summary>"1.1" of "HTTP/1.1"; empty when the capture ends before it.</summary>
    public ReadOnlySpan<byte> Version { get; }

    /// <summary>True when the capture ended inside the target.</summary>
    public bool IsTargetCut { get; }

    /// <summary>The header lines that were captured, the last perhaps not whole.</summary>
    public ReadOnlySpan<byte> Headers { get; }
}
