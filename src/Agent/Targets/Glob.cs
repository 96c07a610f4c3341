// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>
/// Patterns of paths: <c>*</c> any characters, slashes too; <c>?</c> one character; <c>[a-z]</c> one of them, <c>[!/]</c> another;
/// <c>{a,b}</c> either, nested as well. The whole path must match.
/// </summary>
internal sealed class Glob : IPattern
{
    private const int MaxAlternatives = 256;
    private readonly List<string> _patterns = [];

    private Glob()
    {
    }

    internal static Glob Everything { get; } = TryParse("*", out var all) ? all : throw new InvalidOperationException();

    /// <summary>True when there is nothing it does not match.</summary>
    internal bool IsEverything => _patterns.Exists(pattern => pattern.Length > 0 && pattern.AsSpan().TrimStart('*').IsEmpty);

    public bool Matches(string text) => Matches(text.AsSpan());

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

    // One character against what stands at `place`, which moves behind it when they fit.
    private static bool MatchesOne(ReadOnlySpan<char> pattern, ref int place, char character)
    {
        var end = pattern[place] == '[' ? pattern[place..].IndexOf(']') : -1;
        if (end <= 1)
        {
            var fits = pattern[place] == '?' || pattern[place] == character;
            place += fits ? 1 : 0;
            return fits;
        }
        var set = pattern.Slice(place + 1, end - 1);
        var isOther = set[0] is '!' or '^';
        if (IsIn(isOther ? set[1..] : set, character) == isOther)
        {
            return false;
        }
        place += end + 1;
        return true;
    }

    private static bool IsIn(ReadOnlySpan<char> set, char character)
    {
        for (var i = 0; i < set.Length; i++)
        {
            var isRange = i + 2 < set.Length && set[i + 1] == '-';
            if (isRange ? character >= set[i] && character <= set[i + 2] : character == set[i])
            {
                return true;
            }
            i += isRange ? 2 : 0;
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
            else if (p < pattern.Length && MatchesOne(pattern, ref p, text[t]))
            {
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
