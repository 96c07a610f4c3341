// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Propagation;

namespace Kernel.Tests;

public class CanaryTests
{
    // What the kernel itself does to members; whether it does is what the canary is there to find out.
    private static readonly CanaryTrial[] OfTheKernel = [CanaryTrial.Fionread, CanaryTrial.Signals, CanaryTrial.ZeroCopy];

    [Fact]
    public void Sockets_in_a_sockmap_do_what_enrolment_depends_on()
    {
        var report = Canary.Try();
        Assert.True(report.MayEnrol, report.Describe());
        Assert.True(report.MayStay, report.Describe());
    }

    [Fact]
    public void What_is_found_does_not_change_from_one_try_to_the_next() => Assert.Equal(Canary.Try(), Canary.Try());

    [Fact]
    public void All_trials_together_take_less_than_60_milliseconds()
    {
        _ = Canary.Try();
        Assert.InRange(Enumerable.Range(0, 5).Min(round => Duration().TotalMilliseconds), 0, 60);

        static TimeSpan Duration()
        {
            var watch = Stopwatch.StartNew();
            _ = Canary.Try();
            return watch.Elapsed;
        }
    }

    /// <summary>Each trial that passes here fails with one of these programs, so each can fail.</summary>
    [Theory]
    [InlineData("drops", CanaryTrial.Bytes, CanaryTrial.Insertion, CanaryTrial.SpliceInto, CanaryTrial.SendFile, CanaryTrial.HalfClose, CanaryTrial.Backpressure)]
    [InlineData("cuts", CanaryTrial.Bytes, CanaryTrial.Insertion, CanaryTrial.SpliceInto, CanaryTrial.SendFile, CanaryTrial.HalfClose, CanaryTrial.Backpressure)]
    [InlineData("holds", CanaryTrial.Bytes, CanaryTrial.Insertion, CanaryTrial.SpliceInto, CanaryTrial.SendFile, CanaryTrial.HalfClose, CanaryTrial.Backpressure)]
    [InlineData("deaf", CanaryTrial.EdgeTriggered, CanaryTrial.Insertion, CanaryTrial.SpliceFrom, CanaryTrial.HalfClose)]
    [InlineData("diverts", CanaryTrial.Insertion, CanaryTrial.SpliceFrom)]
    internal void Harm_is_noticed(string program, params CanaryTrial[] failing)
    {
        using var sick = OwnObject.Open($"Sick/{program}");
        var report = Canary.Try(sick);
        Assert.Equal(failing, CanaryReport.Trials.Except(OfTheKernel).Where(trial => !report.Passes(trial)));
        Assert.False(report.MayEnrol);
        Assert.Contains("headers are not written", report.Describe(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_member_that_loses_what_it_splices_may_not_stay()
    {
        var report = new CanaryReport(1U << (int)CanaryTrial.SpliceFrom);
        Assert.True(report.MayEnrol);
        Assert.False(report.MayStay);
    }

    [Fact]
    public void What_the_kernel_does_forbids_nothing_but_is_said()
    {
        var report = new CanaryReport(OfTheKernel.Aggregate(0U, (failed, trial) => failed | 1U << (int)trial));
        Assert.True(report.MayStay);
        Assert.Equal(OfTheKernel.Length, report.Describe()!.Split('\n').Length);
        Assert.Null(default(CanaryReport).Describe());
    }
}
