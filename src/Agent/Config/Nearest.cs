// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>What somebody probably meant.</summary>
internal static class Nearest
{
    /// <summary>The candidate with the fewest changed letters; null when none is near.</summary>
    internal static string? Of(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        var least = Math.Max(2, word.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word, candidate);
            if (distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>How many letters must be added, removed, changed or swapped with their neighbour.</summary>
    internal static int Distance(string from, string to)
    {
        var rows = new int[3][];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = new int[to.Length + 1];
        }
        for (var column = 0; column <= to.Length; column++)
        {
            rows[0][column] = column;
        }
        for (var row = 1; row <= from.Length; row++)
        {
            var (current, before, earlier) = (rows[row % 3], rows[(row + 2) % 3], rows[(row + 1) % 3]);
            current[0] = row;
            for (var column = 1; column <= to.Length; column++)
            {
                var change = from[row - 1] == to[column - 1] ? 0 : 1;
                current[column] = Math.Min(Math.Min(before[column] + 1, current[column - 1] + 1), before[column - 1] + change);
                if (row > 1 && column > 1 && from[row - 1] == to[column - 2] && from[row - 2] == to[column - 1])
                {
                    current[column] = Math.Min(current[column], earlier[column - 2] + 1);
                }
            }
        }
        return rows[from.Length % 3][to.Length];
    }
}
