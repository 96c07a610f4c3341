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
            Assert.False(_steps.Measure(cost));
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
    public void It_steps_up_after_four_that_are_clearly_below_and_not_for_less()
    {
        Steps([2000, 2000]);
        Assert.All(Steps(Enumerable.Repeat(700.0, 20)), step => Assert.Equal(ThrottleStep.SomeHeaders, step));
        Assert.Equal(
            [ThrottleStep.SomeHeaders, ThrottleStep.SomeHeaders, ThrottleStep.SomeHeaders, ThrottleStep.Full], Steps(Enumerable.Repeat(500.0, 4)));
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

    private List<ThrottleStep> Steps(IEnumerable<double> costs)
    {
        var steps = new List<ThrottleStep>();
        foreach (var cost in costs)
        {
            _steps.Measure(cost);
            steps.Add(_steps.Step);
        }
        return steps;
    }
}
