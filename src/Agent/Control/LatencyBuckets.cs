// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Agent.Control;

/// <summary>
/// How long requests took: four buckets for each doubling, from 1 µs to two minutes, so a quantile is known to within an eighth. Two of
/// them can be subtracted, which gives those of the time between.
/// </summary>
internal sealed class LatencyBuckets
{
    private const int FirstExponent = 10; // of 2: what is below a microsecond is in the first bucket
    private const int LastExponent = 36;
    private const int PerDoubling = 4;

    private readonly long[] _counts = new long[((LastExponent - FirstExponent + 1) * PerDoubling) + 1];

    private long Count => _counts.Sum();

    internal void Add(ulong nanoseconds)
    {
        var exponent = BitOperations.Log2(nanoseconds | 1);
        var quarter = (int)(nanoseconds >> Math.Max(0, exponent - 2)) & (PerDoubling - 1);
        _counts[exponent < FirstExponent ? 0 : Math.Min(_counts.Length - 1, ((exponent - FirstExponent) * PerDoubling) + quarter + 1)]++;
    }

    /// <summary>In nanoseconds, the middle of its bucket; 0 when nothing was counted.</summary>
    internal ulong Quantile(double share)
    {
        var rank = (long)Math.Ceiling(share * Count);
        var bucket = -1;
        while (rank > 0)
        {
            rank -= _counts[++bucket];
        }
        return bucket < 0 ? 0 : (Bound(bucket) + Bound(bucket + 1)) / 2;
    }

    /// <summary>What was counted since then.</summary>
    internal LatencyBuckets Since(LatencyBuckets earlier)
    {
        var between = new LatencyBuckets();
        for (var i = 0; i < _counts.Length; i++)
        {
            between._counts[i] = Math.Max(0, _counts[i] - earlier._counts[i]);
        }
        return between;
    }

    /// <summary>Those that hold anything, as <c>bucket:count</c>, with blanks between.</summary>
    internal void Write(StringBuilder text)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $" {i}:{_counts[i]}");
            }
        }
    }

    /// <summary>What <see cref="Write"/> has written; anything else is left out.</summary>
    internal static LatencyBuckets Read(string text)
    {
        var read = new LatencyBuckets();
        foreach (var pair in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (pair.Split(':') is [var bucket, var count] && uint.TryParse(bucket, out var i) && i < read._counts.Length && long.TryParse(count, out var value))
            {
                read._counts[i] = value;
            }
        }
        return read;
    }

    /// <summary>The lower one of a bucket.</summary>
    private static ulong Bound(int bucket)
    {
        var step = bucket - 1;
        return bucket == 0 ? 0 : (ulong)(PerDoubling + (step % PerDoubling)) << ((step / PerDoubling) + FirstExponent - 2);
    }
}
