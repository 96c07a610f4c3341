// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Control;

namespace Agent.Tests.Control;

public sealed class LatencyBucketsTests
{
    [Fact]
    public void A_quantile_is_within_an_eighth_of_the_true_one()
    {
        var random = new Random(1);
        var buckets = new LatencyBuckets();
        var exact = new List<ulong>();
        for (var i = 0; i < 10_000; i++)
        {
            var nanoseconds = (ulong)Math.Pow(10, 3.1 + (random.NextDouble() * 7.5)); // from 1.3 µs to 40 s
            buckets.Add(nanoseconds);
            exact.Add(nanoseconds);
        }
        exact.Sort();
        foreach (var share in new[] { 0.0001, 0.01, 0.5, 0.9, 0.99, 1 })
        {
            var truth = exact[(int)Math.Ceiling(share * exact.Count) - 1];
            Assert.InRange(buckets.Quantile(share) / (double)truth, 1 / 1.126, 1.126);
        }
    }

    [Theory]
    [InlineData(0, 0, 1024)]
    [InlineData(1023, 0, 1024)]
    [InlineData(1024, 1024, 1280)]
    [InlineData(ulong.MaxValue, 1UL << 36, 1UL << 37)]
    public void Whatever_it_is_has_its_bucket(ulong nanoseconds, ulong least, ulong most)
    {
        var buckets = new LatencyBuckets();
        Assert.Equal(0UL, buckets.Quantile(0.5));
        buckets.Add(nanoseconds);
        Assert.InRange(buckets.Quantile(0.5), least, most);
    }

    [Fact]
    public void What_was_counted_between_two_moments_goes_from_one_program_to_another()
    {
        var buckets = new LatencyBuckets();
        buckets.Add(5_000);
        var earlier = Pass(buckets);
        buckets.Add(2_000_000);
        buckets.Add(2_000_000);
        Assert.Equal(buckets.Quantile(1), Pass(buckets).Since(earlier).Quantile(0.01));
        Assert.Equal(0UL, LatencyBuckets.Read(" 4294967295:1 -1:1 3 x:y 7:").Quantile(1));
    }

    private static LatencyBuckets Pass(LatencyBuckets buckets)
    {
        var text = new StringBuilder();
        buckets.Write(text);
        return LatencyBuckets.Read(text.ToString());
    }
}
