// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public class HarmTestTests
{
    [Fact]
    public void Proportions_differ_as_the_textbook_says()
    {
        // 60 of 100 against 45 of 100: pooled 0.525, deviation 0.07062.
        Assert.Equal(2.124, HarmTest.Difference(60, 100, 45, 100), 3);
        Assert.Equal(-2.124, HarmTest.Difference(45, 100, 60, 100), 3);
        Assert.Equal(0, HarmTest.Difference(0, 100, 0, 100));
        Assert.Equal(0, HarmTest.Difference(5, 5, 0, 0));
    }

    [Fact]
    public void A_rate_is_above_another_by_deviations() => Assert.Equal(2, HarmTest.Above(60, 100, 0.5), 6);

    [Fact]
    public void Longer_counts_pairs()
    {
        Assert.Equal(0.5, HarmTest.Longer([7, 3], [70, 30]), 6);
        Assert.Equal(1, HarmTest.Longer([0, 0, 4], [9, 1]), 6);
        Assert.Equal(0, HarmTest.Longer([4], [0, 9]), 6);
        // (1, 1) against (1, 1): one win, two ties, one loss.
        Assert.Equal(0.5, HarmTest.Longer([1, 1], [1, 1]), 6);
        Assert.Equal(0.75, HarmTest.Longer([0, 2], [1, 1]), 6);
        Assert.Equal(0.5, HarmTest.Longer([], [5]), 6);
    }
}
