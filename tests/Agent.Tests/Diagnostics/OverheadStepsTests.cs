// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public class OverheadStepsTests
{
    private readonly OverheadSteps _steps = new(budgetNs: 1000);

    [Fact]
    public void One_expensive_moment_changes_nothing()
    {
        foreach (var cost in (double[])[1001, 1000, 5000, 900, double.NaN, 5000, 999])
        {
            Assert.False(_steps.Measure(new OverheadCost(cost, 1)));
        }
        Assert.Equal(ThrottleStep.Full, _steps.Step);
    }

    [Fact]
    public void Two_in_a_row_are_one_step_down_to_the_last()
    {
        Assert.Equal(
            [ThrottleStep.Full, ThrottleStep.SomeHeaders, ThrottleStep.SomeHeaders, ThrottleStep.NoHeaders, ThrottleStep.NoHeaders, ThrottleStep.Off],
            Steps(Enumerable.Repeat(2000.0, 6)));
    }

    [Fact]
    public void Little_traffic_says_nothing_and_breaks_no_row()
    {
        Assert.Equal([ThrottleStep.Full, ThrottleStep.Full, ThrottleStep.SomeHeaders], Steps([2000, double.NaN, 2000]));
    }

    [Fact]
    public void Expensive_requests_that_hardly_take_the_machine_change_nothing()
    {
        Assert.All(Steps(Enumerable.Repeat(50_000.0, 50), OverheadSteps.NoticedShare * 0.99), step => Assert.Equal(ThrottleStep.Full, step));
        Assert.Equal(50_000, _steps.LastNs);
    }

    [Fact]
    public void It_steps_up_after_four_that_are_clearly_below_and_not_for_less()
    {
        Steps([2000, 2000]);
        Assert.All(Steps(Enumerable.Repeat(700.0, 20)), step => Assert.Equal(ThrottleStep.SomeHeaders, step));
        Assert.Equal(
            [ThrottleStep.SomeHeaders, ThrottleStep.SomeHeaders, ThrottleStep.SomeHeaders, ThrottleStep.Full], Steps(Enumerable.Repeat(500.0, 4)));
    }

    [Fact]
    public void It_steps_up_when_the_machine_hardly_notices_and_not_before_that_is_clear()
    {
        Steps([2000, 2000]);
        Assert.All(Steps(Enumerable.Repeat(2000.0, 20), OverheadSteps.NoticedShare * 0.9), step => Assert.Equal(ThrottleStep.SomeHeaders, step));
        Assert.Equal(ThrottleStep.Full, Steps(Enumerable.Repeat(2000.0, 4), OverheadSteps.NoticedShare / 2)[^1]);
    }

    [Fact]
    public void A_step_up_in_vain_makes_the_next_one_wait_twice_as_long()
    {
        for (var needed = 4; needed <= 32; needed *= 2)
        {
            Steps([2000, 2000]);
            Assert.Equal(needed - 1, Steps(Enumerable.Repeat(100.0, needed)).Count(step => step == ThrottleStep.SomeHeaders));
        }
        Steps(Enumerable.Repeat(100.0, 64));
        Steps([2000, 2000]);
        Assert.Equal(ThrottleStep.Full, Steps(Enumerable.Repeat(100.0, 4))[^1]);
    }

    [Fact]
    public void Off_is_tried_again_after_a_pause_that_doubles()
    {
        Steps(Enumerable.Repeat(2000.0, 6));
        Assert.Equal(5, Steps(Enumerable.Repeat(double.NaN, 6)).Count(step => step == ThrottleStep.Off));
        Assert.Equal(ThrottleStep.NoHeaders, _steps.Step);
        Steps([2000, 2000]);
        Assert.Equal(11, Steps(Enumerable.Repeat(double.NaN, 12)).Count(step => step == ThrottleStep.Off));
    }

    private List<ThrottleStep> Steps(IEnumerable<double> costs, double share = 1)
    {
        var steps = new List<ThrottleStep>();
        foreach (var cost in costs)
        {
            _steps.Measure(new OverheadCost(cost, share));
            steps.Add(_steps.Step);
        }
        return steps;
    }
}
