// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Text.RegularExpressions;

namespace Scenarios.Harness;

/// <summary>A traceparent header line as the agent writes it, to the letter.</summary>
internal sealed partial record TraceParent(string TraceId, string SpanId, string Flags)
{
    public const int LineSize = 70;

    public bool IsSampled => (Convert.ToByte(Flags, 16) & 1) == 1;

    /// <summary>The line at the start of these bytes; null when there is none.</summary>
    public static TraceParent? ReadLine(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < LineSize)
        {
            return null;
        }

        var match = Line().Match(Encoding.Latin1.GetString(bytes[..LineSize]));
        return match.Success ? new TraceParent(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value) : null;
    }

    /// <summary>Every such line in a stream.</summary>
    public static List<TraceParent> ReadAll(ReadOnlySpan<byte> stream)
    {
        var all = new List<TraceParent>();
        for (int next; (next = stream.IndexOf("\r\ntraceparent: "u8)) >= 0;)
        {
            stream = stream[(next + 2)..];
            if (ReadLine(stream) is { } found)
            {
                all.Add(found);
            }
        }

        return all;
    }

    [GeneratedRegex(@"^traceparent: 00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})\r\n\z")]
    private static partial Regex Line();
}
