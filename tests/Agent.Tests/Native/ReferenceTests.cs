// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Tests.Native;

/// <summary>The parser in C against other readers of the same random heads, which share no code with it.</summary>
[Collection(nameof(Parsers))]
public sealed class ReferenceTests(ParserProgram parsers)
{
    private const int HeadCount = 20_000;

    public static TheoryData<int> Seeds => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Random_heads_are_read_like_the_specification_says(int seed)
    {
        var heads = Heads(seed);
        var actual = parsers.Heads(heads);
        var complete = 0;

        Assert.Equal(heads.Length, actual.Length);
        for (var i = 0; i < heads.Length; i++)
        {
            var text = Encoding.Latin1.GetString(heads[i]);
            if (Http1Reference.Describe(heads[i]) is { } expected)
            {
                complete++;
                Assert.True(expected == actual[i], $"expected {expected}\nread     {actual[i]}\nof {Escaped(text)}");
            }
            else
            {
                Assert.False(actual[i].StartsWith("phase: done", StringComparison.Ordinal), $"{actual[i]}\nof {Escaped(text)}");
                Assert.DoesNotContain("pieces", actual[i], StringComparison.Ordinal);
            }
        }

        Assert.InRange(complete, HeadCount / 2, HeadCount);
        foreach (var flag in (string[])["request", "version_0", "method_head", "method_connect", "upgrade", "chunked", "length", "bad_framing", "context", "bad_context"])
        {
            Assert.True(actual.Count(line => line.Contains($" {flag}", StringComparison.Ordinal)) > HeadCount / 200, $"hardly any head has {flag}");
        }
    }

    private static byte[][] Heads(int seed)
    {
        var generator = new HeadGenerator(seed);
        return [.. Enumerable.Range(0, HeadCount).Select(_ => generator.Next())];
    }

    private static string Escaped(string text) =>
        text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal);
}
