// SPDX-License-Identifier: Apache-2.0
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Agent.Protocols;

/// <summary>
/// The headers that become attributes, found in one pass over the captured lines. A line that the capture cuts
/// is not used: half a host is a wrong host. Of repeated headers the first counts.
/// </summary>
internal ref struct HttpHeaders
{
    /// <summary>Finds the line ends of sixteen bytes at a time; a search per line would cost a call per line.</summary>
    public HttpHeaders(ReadOnlySpan<byte> lines)
    {
        ref var first = ref MemoryMarshal.GetReference(lines);
        var start = 0;
        var position = 0;
        for (; position <= lines.Length - Vector128<byte>.Count; position += Vector128<byte>.Count)
        {
            var block = Vector128.LoadUnsafe(ref first, (nuint)position);
            var ends = Vector128.Equals(block, Vector128.Create((byte)'\n')).ExtractMostSignificantBits();
            for (; ends != 0; ends &= ends - 1)
            {
                var end = position + BitOperations.TrailingZeroCount(ends);
                if (!Take(lines[start..end]))
                {
                    return;
                }

                start = end + 1;
            }
        }

        for (; position < lines.Length; position++)
        {
            if (lines[position] == '\n')
            {
                if (!Take(lines[start..position]))
                {
                    return;
                }

                start = position + 1;
            }
        }
    }

    public ReadOnlySpan<byte> Host { get; private set; }

    public ReadOnlySpan<byte> UserAgent { get; private set; }

    public ReadOnlySpan<byte> Forwarded { get; private set; }

    public ReadOnlySpan<byte> ForwardedFor { get; private set; }

    public ReadOnlySpan<byte> ForwardedHost { get; private set; }

    public ReadOnlySpan<byte> ForwardedProto { get; private set; }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> TrimLineEnd(ReadOnlySpan<byte> line) =>
        line is [.., (byte)'\r'] ? line[..^1] : line;

    /// <summary>False at the empty line that ends the headers.</summary>
    private bool Take(ReadOnlySpan<byte> lineWithEnd)
    {
        var line = TrimLineEnd(lineWithEnd);
        if (line.IsEmpty)
        {
            return false;
        }

        switch (line[0] | 0x20)
        {
            case 'h' when Host.IsEmpty && Is(line, "host"u8):
                Host = Value(line, 4);
                break;
            case 'u' when UserAgent.IsEmpty && Is(line, "user-agent"u8):
                UserAgent = Value(line, 10);
                break;
            case 'f' when Forwarded.IsEmpty && Is(line, "forwarded"u8):
                Forwarded = Value(line, 9);
                break;
            case 'x':
                TakeOlder(line);
                break;
            default:
                break;
        }

        return true;
    }

    private void TakeOlder(ReadOnlySpan<byte> line)
    {
        if (ForwardedFor.IsEmpty && Is(line, "x-forwarded-for"u8))
        {
            ForwardedFor = Value(line, 15);
        }
        else if (ForwardedHost.IsEmpty && Is(line, "x-forwarded-host"u8))
        {
            ForwardedHost = Value(line, 16);
        }
        else if (ForwardedProto.IsEmpty && Is(line, "x-forwarded-proto"u8))
        {
            ForwardedProto = Value(line, 17);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name);

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, int nameSize)
    {
        int start = nameSize + 1, end = line.Length;
        while (start < end && line[start] is (byte)' ' or (byte)'\t')
        {
            start++;
        }

        while (end > start && line[end - 1] is (byte)' ' or (byte)'\t')
        {
            end--;
        }

        return line[start..end];
    }
}
