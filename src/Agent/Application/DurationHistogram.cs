// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Diagnostics;

namespace Agent.Application;

/// <summary>How long requests took. The bounds are those that the semantic conventions advise for HTTP.</summary>
internal sealed class DurationHistogram
{
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
    private static readonly string[] BoundTexts = Array.ConvertAll(Bounds, bound => bound.ToString(CultureInfo.InvariantCulture));

    private readonly long[] _counts = new long[Bounds.Length + 1];
    private long _count;
    private double _sum;

    internal void Add(double seconds)
    {
        var bucket = 0;
        while (bucket < Bounds.Length && seconds > Bounds[bucket])
        {
            bucket++;
        }
        _counts[bucket]++;
        _count++;
        _sum += seconds;
    }

    internal void Describe(MetricsText text, string labels)
    {
        var below = 0L;
        for (var i = 0; i < Bounds.Length; i++)
        {
            text.Sample("_bucket", $"{labels},le=\"{BoundTexts[i]}\"", below += _counts[i]);
        }
        text.Sample("_bucket", labels + ",le=\"+Inf\"", _count);
        text.Sample("_sum", labels, _sum);
        text.Sample("_count", labels, _count);
    }
}
