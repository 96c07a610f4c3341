// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Agent.Tests.Native;

/// <summary>
/// Where a body ends, against the parser of Node.js. What that one refuses may be read as anything; where it is sure, the
/// parser in C says the same or that it does not know.
/// </summary>
[Collection(nameof(Parsers))]
public sealed partial class LlhttpTests(ParserProgram parsers)
{
    private const int HeadCount = 20_000;
    private const int Probe = 11; // bytes that llhttp.js sends behind a head

    public static TheoryData<int> Seeds => [11, 12];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_heads_are_framed_like_llhttp_frames_them(int seed)
    {
        var generator = new HeadGenerator(seed);
        var heads = Enumerable.Range(0, HeadCount).Select(_ => generator.Next()).ToArray();
        var read = heads.Zip(parsers.Heads(heads), (head, line) => (Head: head, Line: line))
            .Where(pair => Size().IsMatch(pair.Line))
            .Select(pair => (Head: pair.Head[..int.Parse(Size().Match(pair.Line).Groups[1].Value, CultureInfo.InvariantCulture)], pair.Line))
            .ToArray();
        var framings = ParserProgram.Llhttp([.. read.Select(pair => pair.Head)]);
        var sure = 0;

        Assert.Equal(read.Length, framings.Length);
        for (var i = 0; i < read.Length; i++)
        {
            var framing = Framing(read[i].Line);
            var text = Encoding.Latin1.GetString(read[i].Head);
            if (framings[i] == "error" || framing == "unknown" || Quirk().IsMatch(text))
            {
                continue;
            }

            sure++;
            Assert.True(framing == framings[i], $"llhttp {framings[i]}\nread   {framing}: {read[i].Line}\nof {text}");
        }

        Assert.InRange(sure, HeadCount / 20, HeadCount);
    }

    private static string Framing(string line)
    {
        var flags = Flags().Match(line).Groups[1].Value.Split(' ');
        var status = Status().Match(line).Groups[1].Value;
        var length = Length().Match(line).Groups[1].Value;
        if (flags.Contains("bad_framing"))
        {
            return "unknown";
        }

        if (flags.Contains("method_connect") || status is "204" or "304" || status.StartsWith('1') || length == "0")
        {
            return flags.Contains("chunked") && length == "0" ? "chunked" : "none";
        }

        if (flags.Contains("chunked"))
        {
            return "chunked";
        }

        if (length.Length > 0)
        {
            return long.Parse(length, CultureInfo.InvariantCulture) > Probe ? "length, longer" : $"length {length}";
        }

        return status.Length > 0 ? "close" : "none";
    }

    /// <summary>
    /// What llhttp 9.3 has its own view of: a tab behind chunked, which is white space (RFC 9110, 5.6.3), and a carriage
    /// return inside a line, which does not end it (RFC 9112, 2.2).
    /// </summary>
    [GeneratedRegex("chunked *\t|\r[^\n]", RegexOptions.IgnoreCase)]
    private static partial Regex Quirk();

    [GeneratedRegex("size: ([0-9]+)")]
    private static partial Regex Size();

    [GeneratedRegex("flags: ([^,]*)")]
    private static partial Regex Flags();

    [GeneratedRegex("status: ([0-9]+)")]
    private static partial Regex Status();

    [GeneratedRegex("content_length: ([0-9]+)")]
    private static partial Regex Length();
}
