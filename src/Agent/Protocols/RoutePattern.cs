// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Protocols;

/// <summary>
/// A route as frameworks write it: <c>/users/{id}/cart</c>, <c>/users/:id</c>, <c>/static/*</c>. A variable stands for one
/// segment, a final star for any number of them, none included.
/// </summary>
internal sealed class RoutePattern : IComparable<RoutePattern>
{
    private static readonly byte[] Variable = "{}"u8.ToArray();
    private static readonly byte[] Star = "*"u8.ToArray();
    private readonly byte[][] _segments;

    internal RoutePattern(string text)
    {
        Text = Encoding.UTF8.GetBytes(text);
        _segments = [.. text.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Segment)];
    }

    /// <summary>As it was written: the value of <c>http.route</c>.</summary>
    internal byte[] Text { get; }

    /// <param name="path">Without a query.</param>
    internal bool Matches(ReadOnlySpan<byte> path)
    {
        var rest = path;
        foreach (var segment in _segments)
        {
            if (ReferenceEquals(segment, Star))
            {
                return true;
            }
            rest = rest.TrimStart((byte)'/');
            var end = rest.IndexOf((byte)'/');
            var found = end < 0 ? rest : rest[..end];
            if (found.IsEmpty || (!ReferenceEquals(segment, Variable) && !found.SequenceEqual(segment)))
            {
                return false;
            }
            rest = rest[found.Length..];
        }
        return rest.TrimStart((byte)'/').IsEmpty;
    }

    /// <summary>What is more precise comes first: at the first segment that differs, a word, then a variable, then a star.</summary>
    public int CompareTo(RoutePattern? other)
    {
        for (var i = 0; other is not null && i < Math.Min(_segments.Length, other._segments.Length); i++)
        {
            var order = Rank(_segments[i]) - Rank(other._segments[i]);
            if (order != 0)
            {
                return order;
            }
        }
        return 0;
    }

    private static byte[] Segment(string text) => text switch
    {
        "*" => Star,
        [':', ..] or ['{', .., '}'] => Variable,
        _ => Encoding.UTF8.GetBytes(text),
    };

    private static int Rank(byte[] segment) => ReferenceEquals(segment, Star) ? 2 : ReferenceEquals(segment, Variable) ? 1 : 0;
}
