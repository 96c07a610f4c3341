// SPDX-License-Identifier: Apache-2.0
using System.Text;
using System.Text.RegularExpressions;

namespace Agent.Tests.Native;

/// <summary>
/// Reads a complete head line by line, written from RFC 9112 and the limits that <c>http1.h</c> promises: a field of more
/// than 1,024 bytes, or with more than 16 characters of white space around its value, is not read.
/// </summary>
internal static partial class Http1Reference
{
    private const int FieldMax = 1024;
    private const int WhiteSpaceMax = 16;

    /// <summary>In the words of <c>parsers.c</c>; null when the head is not complete.</summary>
    public static string? Describe(byte[] head)
    {
        var lines = Lines(Encoding.Latin1.GetString(head));
        var start = lines.FindIndex(line => line.Text.Length > 0);
        if (start < 0)
        {
            return null;
        }

        var seen = new Http1ReferenceHead();
        if (!seen.ReadStartLine(Request().Match(lines[start].Text), Response().Match(lines[start].Text)))
        {
            return lines[start].Text == "PRI * HTTP/2.0" ? "phase: preface" : "phase: not_http";
        }

        var blank = lines.FindIndex(start, line => line.Text.Length == 0);
        if (blank < 0)
        {
            return null;
        }

        foreach (var line in lines[(start + 1)..blank])
        {
            if (line.Text[0] is ' ' or '\t')
            {
                seen.Continue();
            }
            else
            {
                seen.Continued = false;
                ReadField(seen, line);
            }
        }

        return seen.Describe(lines[blank].At, lines[blank].At + lines[blank].Size);
    }

    private static List<Http1ReferenceLine> Lines(string text)
    {
        var lines = new List<Http1ReferenceLine>();
        var at = 0;
        for (var feed = text.IndexOf('\n'); feed >= 0; feed = text.IndexOf('\n', at))
        {
            var line = text[at..feed];
            lines.Add(new(at, feed + 1 - at, line.EndsWith('\r') ? line[..^1] : line));
            at = feed + 1;
        }

        return lines;
    }

    private static void ReadField(Http1ReferenceHead head, Http1ReferenceLine line)
    {
        if (SpacedFraming().IsMatch(line.Text))
        {
            head.BadFraming = true;
            head.Continued = line.Size - 1 <= FieldMax;
            return;
        }

        var colon = line.Text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            return;
        }

        var readable = line.Size - 1 <= FieldMax;
        var name = line.Text[..colon].ToLowerInvariant();
        head.Continued = readable &&
            (B3Reference.Knows(name) || name is "traceparent" or "tracestate" or "baggage" or "content-length" or "transfer-encoding" or "upgrade");
        var at = colon + 1;
        var value = Trimmed(line.Text[at..], out var before);
        switch (name)
        {
            case "traceparent":
                head.ReadContext(readable ? value : string.Empty, line.At + at + before);
                break;
            case "content-length" when readable:
                head.ReadLength(value);
                break;
            case "transfer-encoding" when readable:
                head.ReadCodings(value);
                break;
            case "content-length" or "transfer-encoding":
                head.BadFraming = true;
                break;
            case "upgrade":
                head.Upgrade = true;
                break;
            case "tracestate":
                head.Tracestate = true;
                head.CutTracestate |= !readable;
                break;
            case "baggage":
                head.Baggage = true;
                head.AddBaggage(value);
                break;
            default:
                ReadB3(head.B3, name, readable ? value : null);
                break;
        }
    }

    private static void ReadB3(B3Reference b3, string name, string? value)
    {
        if (value is not null)
        {
            b3.Read(name, value);
        }
        else
        {
            b3.Bad |= B3Reference.Knows(name);
        }
    }

    private static string Trimmed(string value, out int before)
    {
        before = Math.Min(WhiteSpaceMax, value.Length - value.TrimStart(' ', '\t').Length);
        value = value[before..];
        return value[..^Math.Min(WhiteSpaceMax, value.Length - value.TrimEnd(' ', '\t').Length)];
    }

    [GeneratedRegex(@"\A(?<method>[A-Z-]{3,23}) (.* )?HTTP/1\.(?<minor>[01])\z", RegexOptions.Singleline)]
    private static partial Regex Request();

    [GeneratedRegex(@"\AHTTP/1\.(?<minor>[01]) (?<status>[1-9][0-9][0-9])([ \r].*)?\z", RegexOptions.Singleline)]
    private static partial Regex Response();

    /// <summary>White space between a name and its colon: what stands behind is not agreed on (RFC 9112, 5.1).</summary>
    [GeneratedRegex(@"\A(content-length|transfer-encoding)[ \t]", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SpacedFraming();
}
