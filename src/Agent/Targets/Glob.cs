// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>
/// Patterns of paths: <c>*</c> any characters, slashes too; <c>?</c> one character; <c>{a,b}</c> either, nested as well.
/// The whole path must match.
/// </summary>
internal sealed class Glob
{
    private const int MaxAlternatives = 256;
    private readonly List<string> _patterns = [];

    private Glob()
    {
    }

    /// <summary>True when there is nothing it does not match.</summary>
    internal bool IsEverything => _patterns.Exists(pattern => pattern.Length > 0 && pattern.AsSpan().TrimStart('*').IsEmpty);

    internal bool Matches(ReadOnlySpan<char> path)
    {
        foreach (var pattern in _patterns)
        {
            if (Matches(pattern, path))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>False when braces do not pair, or when they multiply to more patterns than is sane.</summary>
    internal static bool TryParse(string text, out Glob glob)
    {
        glob = new Glob();
        return text.Length > 0 && TryExpand(text, glob._patterns);
    }

    // a{b,c}d -> abd, acd: the first pair of braces is replaced by each of its parts, the rest by recursion.
    private static bool TryExpand(string text, List<string> patterns)
    {
        var open = text.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            patterns.Add(text);
            return !text.Contains('}', StringComparison.Ordinal) && patterns.Count <= MaxAlternatives;
        }
        var depth = 0;
        var start = open + 1;
        var parts = new List<string>();
        for (var i = open; i < text.Length; i++)
        {
            var closes = text[i] == '}' && --depth == 0;
            if (closes || (text[i] == ',' && depth == 1))
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
            if (closes)
            {
                return parts.TrueForAll(part => TryExpand(text[..open] + part + text[start..], patterns));
            }
            if (text[i] == '{')
            {
                depth++;
            }
        }
        return false;
    }

    // Greedy with one step back: after a star that failed to match, it swallows one more character and tries again.
    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var p = 0;
        var t = 0;
        var star = -1;
        var resume = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                resume = t;
            }
            else if (p < pattern.Length && (pattern[p] == '?' || pattern[p] == text[t]))
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }
        return pattern[p..].TrimStart('*').IsEmpty;
    }
}
