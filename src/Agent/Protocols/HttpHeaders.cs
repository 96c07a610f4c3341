// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Text;

namespace Agent.Protocols;

/// <summary>
/// The headers that become attributes, found in one pass over the captured lines. A line that the capture cuts
/// is not used: half a host is a wrong host. Of repeated headers the first counts.
/// </summary>
internal ref struct HttpHeaders
{
    public ReadOnlySpan<byte> Host { get; private set; }

    public ReadOnlySpan<byte> UserAgent { get; private set; }

    public ReadOnlySpan<byte> Forwarded { get; private set; }

    public ReadOnlySpan<byte> ForwardedFor { get; private set; }

    public ReadOnlySpan<byte> ForwardedHost { get; private set; }

    public ReadOnlySpan<byte> ForwardedProto { get; private set; }

    public static HttpHeaders Parse(ReadOnlySpan<byte> lines)
    {
        var headers = default(HttpHeaders);
        while (true)
        {
            var end = lines.IndexOf((byte)'\n');
            if (end < 0)
            {
                return headers;
            }

            var line = TrimLineEnd(lines[..end]);
            if (line.IsEmpty)
            {
                return headers;
            }

            if ((line[0] | 0x20) is 'h' or 'u' or 'f' or 'x')
            {
                headers.Take(line);
            }

            lines = lines[(end + 1)..];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ReadOnlySpan<byte> TrimLineEnd(ReadOnlySpan<byte> line) =>
        line is [.., (byte)'\r'] ? line[..^1] : line;

    private void Take(ReadOnlySpan<byte> line)
    {
        // The length of the name decides nearly every line without comparing it.
        var name = line.IndexOf((byte)':');
        switch (name)
        {
            case 4 when Host.IsEmpty && Is(line, "host"u8):
                Host = Value(line, name);
                break;
            case 9 when Forwarded.IsEmpty && Is(line, "forwarded"u8):
                Forwarded = Value(line, name);
                break;
            case 10 when UserAgent.IsEmpty && Is(line, "user-agent"u8):
                UserAgent = Value(line, name);
                break;
            case 15 when ForwardedFor.IsEmpty && Is(line, "x-forwarded-for"u8):
                ForwardedFor = Value(line, name);
                break;
            case 16 when ForwardedHost.IsEmpty && Is(line, "x-forwarded-host"u8):
                ForwardedHost = Value(line, name);
                break;
            case 17 when ForwardedProto.IsEmpty && Is(line, "x-forwarded-proto"u8):
                ForwardedProto = Value(line, name);
                break;
            default:
                break;
        }
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        Ascii.EqualsIgnoreCase(line[..name.Length], name);

    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> line, int name) => Trim(line[(name + 1)..]);

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> value)
    {
        while (value is [(byte)' ' or (byte)'\t', ..])
        {
            value = value[1..];
        }

        while (value is [.., (byte)' ' or (byte)'\t'])
        {
            value = value[..^1];
        }

        return value;
    }
}
