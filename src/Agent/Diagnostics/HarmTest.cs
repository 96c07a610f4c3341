// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>The statistics of the harm guard. Results are standard deviations: positive when the first is worse.</summary>
internal static class HarmTest
{
    /// <summary>How far <paramref name="hits"/> of <paramref name="of"/> are above a rate that is taken as known.</summary>
    internal static double Above(long hits, long of, double rate) =>
        of == 0 ? 0 : (hits - (of * rate)) / Math.Sqrt(of * rate * (1 - rate));

    /// <summary>Two proportions, with the pooled variance; 0 when there is nothing to compare.</summary>
    internal static double Difference(long hits, long of, long otherHits, long otherOf)
    {
        if (of == 0 || otherOf == 0)
        {
            return 0;
        }
        var pooled = (double)(hits + otherHits) / (of + otherOf);
        var deviation = Math.Sqrt(pooled * (1 - pooled) * ((1.0 / of) + (1.0 / otherOf)));
        return deviation == 0 ? 0 : (((double)hits / of) - ((double)otherHits / otherOf)) / deviation;
    }

    /// <summary>
    /// How likely one of the first takes longer than one of the second, equal ones counted half (the statistic of Mann and
    /// Whitney): 0.5 when nothing differs.
    /// </summary>
    internal static double Longer(ReadOnlySpan<long> first, ReadOnlySpan<long> second)
    {
        double wins = 0;
        double shorter = 0;
        double total = 0;
        for (var i = 0; i < Math.Max(first.Length, second.Length); i++)
        {
            double mine = i < first.Length ? first[i] : 0;
            double theirs = i < second.Length ? second[i] : 0;
            wins += mine * (shorter + (theirs / 2));
            shorter += theirs;
            total += mine;
        }
        return total * shorter == 0 ? 0.5 : wins / (total * shorter);
    }
}
