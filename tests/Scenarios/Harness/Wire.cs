// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Scenarios.Harness;

/// <summary>Compares what was received with what was sent, byte by byte.</summary>
internal static class Wire
{
    /// <summary>
    /// Received must be what was sent plus at most one traceparent line in each head, after its first line
    /// and before its end. Returns what was added to each head, in order, null where nothing was.
    /// </summary>
    public static List<TraceParent?> Compare(ReadOnlySpan<byte> sent, IReadOnlyList<Range> heads, ReadOnlySpan<byte> received)
    {
        var added = new List<TraceParent?>();
        int from = 0, at = 0;
        foreach (var head in heads)
        {
            var (start, size) = head.GetOffsetAndLength(sent.Length);
            SameBytes(sent[from..start], received, ref at, from, "body");
            added.Add(CompareHead(sent.Slice(start, size), received, ref at, start));
            from = start + size;
        }

        SameBytes(sent[from..], received, ref at, from, "body");
        Assert.True(at == received.Length, $"{received.Length - at} stray bytes at the end: {Show(received[at..])}");
        return added;
    }

    /// <summary>Where the heads are in a stream of requests.</summary>
    public static List<Range> FindHeads(ReadOnlySpan<byte> stream)
    {
        var heads = new List<Range>();
        for (var at = 0; at < stream.Length;)
        {
            var size = stream[at..].IndexOf("\r\n\r\n"u8) + 4;
            Assert.True(size > 4, $"no end of a head after byte {at}");
            heads.Add(at..(at + size));
            at += size + BodySize(Encoding.Latin1.GetString(stream.Slice(at, size)), stream[(at + size)..]);
        }

        return heads;
    }

    private static TraceParent? CompareHead(ReadOnlySpan<byte> head, ReadOnlySpan<byte> received, ref int at, int position)
    {
        TraceParent? added = null;
        for (var line = 0; line < head.Length;)
        {
            var size = head[line..].IndexOf((byte)'\n') + 1;
            size = size == 0 ? head.Length - line : size;
            if (line > 0 && added is null && !received[at..].StartsWith(head.Slice(line, size)))
            {
                added = TraceParent.ReadLine(received[at..]);
                at += added is null ? 0 : TraceParent.LineSize;
            }

            SameBytes(head.Slice(line, size), received, ref at, position + line, "head");
            line += size;
        }

        return added;
    }

    private static void SameBytes(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> received, ref int at, int position, string where)
    {
        var rest = received[at..];
        var same = expected.CommonPrefixLength(rest);
        Assert.True(same == expected.Length, $"{where}: byte {position + same} of what was sent is not byte {at + same} of what was received"
            + $"\nsent     {Show(expected[Math.Max(0, same - 20)..])}\nreceived {Show(rest[Math.Max(0, same - 20)..])}");
        at += expected.Length;
    }

    private static int BodySize(string head, ReadOnlySpan<byte> rest)
    {
        var lines = head.Split("\r\n");
        if (lines.Any(line => line.StartsWith("transfer-encoding: chunked", StringComparison.OrdinalIgnoreCase)))
        {
            return rest.IndexOf("0\r\n\r\n"u8) + 5;
        }

        var length = lines.FirstOrDefault(line => line.StartsWith("content-length:", StringComparison.OrdinalIgnoreCase));
        return length is null ? 0 : int.Parse(length.AsSpan(15), CultureInfo.InvariantCulture);
    }

    private static string Show(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.Latin1.GetString(bytes[..Math.Min(120, bytes.Length)]);
        return string.Concat(text.Select(letter => letter is >= ' ' and <= '~' ? letter.ToString() : $"\\x{(int)letter:x2}"));
    }
}
