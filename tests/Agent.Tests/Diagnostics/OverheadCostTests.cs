// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

/// <summary>The figures are those of real traffic on two busy, shared CPUs.</summary>
public class OverheadCostTests
{
    private const double Budget = 10_000;

    [Theory]
    [InlineData(3_400, 4.0)] // on an open connection
    [InlineData(7_500, 5.5)] // the same, most of the CPU taken by others
    [InlineData(21_100, 29.1)] // a connection each
    [InlineData(7_800, 17.1)] // 100 kB
    [InlineData(106_300, 298.3)] // 3 MB
    [InlineData(155_000, 549.7)] // byte by byte
    public void Ordinary_requests_are_within_the_default_budget(double nsPerRequest, double runsPerRequest) =>
        Assert.InRange(Cost(Moment(nsPerRequest, runsPerRequest)).NsPerRequest, 0, Budget * 0.8);

    [Theory]
    [InlineData(12_000, 5.5)]
    [InlineData(35_000, 29)]
    [InlineData(500_000, 500)]
    public void An_excess_is_one_however_many_pieces_there_are(double nsPerRequest, double runsPerRequest) =>
        Assert.InRange(Cost(Moment(nsPerRequest, runsPerRequest)).NsPerRequest, Budget, double.MaxValue);

    [Fact]
    public void Of_several_moments_the_shortest_counts() =>
        Assert.Equal(4000, Cost(Moment(393_000, 5), Moment(4000, 5), Moment(9000, 5)).NsPerRequest, 1);

    [Fact]
    public void Moments_with_few_requests_count_together_only()
    {
        Assert.Equal(4000, Cost(Moment(4000, 5, requests: 20), Moment(1000, 5, requests: 3)).NsPerRequest, 1);
        Assert.Equal(3000, Cost(Moment(4000, 5, requests: 10), Moment(2000, 5, requests: 10)).NsPerRequest, 1);
        Assert.Equal(double.NaN, Cost(Moment(4000, 5, requests: 10), Moment(2000, 5, requests: 9)).NsPerRequest);
        Assert.Equal(double.NaN, Cost(default(OverheadMoment) with { Elapsed = TimeSpan.FromSeconds(1) }).NsPerRequest);
    }

    [Fact]
    public void The_share_is_that_of_all_cpus() =>
        Assert.Equal(0.02, OverheadCost.Of([Moment(4000, 5), Moment(4000, 5)], 2).Share, 4);

    private static OverheadCost Cost(params OverheadMoment[] moments) => OverheadCost.Of(moments, 1);

    private static OverheadMoment Moment(double nsPerRequest, double runsPerRequest, ulong requests = 1000) =>
        new(TimeSpan.FromMilliseconds(100), (ulong)(nsPerRequest * requests), (ulong)(runsPerRequest * requests), requests);
}
