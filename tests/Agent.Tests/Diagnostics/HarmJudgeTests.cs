// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public class HarmJudgeTests
{
    private readonly HarmJudge _judge = new();
    private HarmCounts _usual = HarmCounts.None;
    private HarmCounts _enrolled = HarmCounts.None;
    private HarmCounts _heldOut = HarmCounts.None;

    [Fact]
    public void Nothing_happens_while_nothing_happens()
    {
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(Interval()));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.Null(Interval(usual: Group(3, 1, 40))));
        Assert.Equal(HarmState.Watching, _judge.State);
    }

    [Fact]
    public void Harm_to_the_enrolled_alone_ends_in_withdrawal()
    {
        Assert.Contains("30 of 40", Interval(usual: Group(40, 30, 10)), StringComparison.Ordinal);
        Assert.Equal(HarmState.Comparing, _judge.State);
        Assert.Null(Interval(enrolled: Group(10, 9, 5), heldOut: Group(10, 0, 30)));
        var news = Interval(enrolled: Group(20, 15, 10), heldOut: Group(20, 1, 60));
        Assert.Contains("24 of 30 connections ended badly, of those held out 1 of 30", news, StringComparison.Ordinal);
        Assert.Equal(HarmState.Withdrawn, _judge.State);
        Assert.Equal(1, _judge.Withdrawals);
    }

    [Fact]
    public void Harm_to_all_alike_becomes_the_usual()
    {
        Interval(usual: Group(40, 30, 10));
        var news = Interval(enrolled: Group(200, 120, 80), heldOut: Group(200, 125, 75));
        Assert.Contains("no difference", news, StringComparison.Ordinal);
        Assert.All(Enumerable.Range(0, 200), _ => Assert.Null(Interval(usual: Group(40, 24, 16))));
    }

    [Fact]
    public void More_than_the_new_usual_is_compared_again_after_a_pause()
    {
        Interval(usual: Group(40, 5, 35));
        Interval(enrolled: Group(200, 25, 175), heldOut: Group(200, 25, 175));
        Assert.All(Enumerable.Range(0, 5), _ => Assert.Null(Interval(usual: Group(40, 30, 10))));
        Assert.NotNull(Interval(usual: Group(40, 40, 0)));
    }

    [Fact]
    public void Few_connections_prove_nothing()
    {
        Interval(usual: Group(40, 30, 10));
        for (var i = 1; i < 30; i++)
        {
            Assert.Null(Interval(enrolled: i < 10 ? Group(1, 1, 0) : Group(0, 0, 0), heldOut: i < 10 ? Group(1, 0, 3) : Group(0, 0, 0)));
        }
        Assert.Contains("no difference", Interval(), StringComparison.Ordinal);
        Assert.Equal(0, _judge.Withdrawals);
    }

    [Fact]
    public void Stalls_of_the_enrolled_alone_are_harm()
    {
        Interval(usual: Group(10, 0, 80, stalled: 20));
        Assert.Equal(HarmState.Comparing, _judge.State);
        Assert.NotNull(Interval(enrolled: Group(30, 0, 250, stalled: 60), heldOut: Group(30, 0, 300)));
        Assert.Equal(HarmState.Withdrawn, _judge.State);
    }

    [Fact]
    public void A_few_stalls_are_compared_when_they_last()
    {
        Assert.Null(Interval(usual: Group(500, 0, 500, stalled: 6)));
        Assert.Null(Interval(usual: Group(500, 0, 500)));
        Assert.Null(Interval(usual: Group(500, 0, 500, stalled: 6)));
        Assert.Null(Interval(usual: Group(500, 0, 500, stalled: 6)));
        Assert.Contains("6 of 506 requests stalled", Interval(usual: Group(500, 0, 500, stalled: 6)), StringComparison.Ordinal);
        Assert.Equal(HarmState.Comparing, _judge.State);
    }

    [Fact]
    public void Answers_that_take_much_longer_are_harm()
    {
        Interval(usual: Group(40, 30, 10));
        var slow = new HarmCounts(30, 0, [10, 10, 10, 10, 260]);
        Assert.NotNull(Interval(enrolled: slow, heldOut: Group(30, 0, 300)));
        Assert.Equal(HarmState.Withdrawn, _judge.State);
    }

    [Fact]
    public void It_tries_again_later_and_later_while_the_harm_lasts_and_not_when_it_is_over()
    {
        Interval(usual: Group(40, 30, 10));
        for (var length = HarmJudge.FirstWithdrawal; length <= HarmJudge.FirstWithdrawal * 4; length *= 2)
        {
            Interval(enrolled: Group(30, 25, 10), heldOut: Group(30, 0, 90));
            Assert.All(Enumerable.Range(1, length - 1), _ => Assert.Null(Interval(heldOut: Group(1, 0, 3))));
            Assert.Contains("tries again", Interval(), StringComparison.Ordinal);
            Assert.Equal(HarmState.Comparing, _judge.State);
        }
        Interval(enrolled: Group(200, 0, 600), heldOut: Group(200, 0, 600));
        Assert.Equal(HarmState.Watching, _judge.State);
    }

    private static HarmCounts Group(long begun, long harmed, long fast, long stalled = 0)
    {
        var latencies = new long[14];
        (latencies[0], latencies[13]) = (fast, stalled);
        return new HarmCounts(begun, harmed, latencies);
    }

    private string? Interval(HarmCounts? usual = null, HarmCounts? enrolled = null, HarmCounts? heldOut = null)
    {
        _usual += usual ?? HarmCounts.None;
        _enrolled += enrolled ?? HarmCounts.None;
        _heldOut += heldOut ?? HarmCounts.None;
        return _judge.Judge(_usual, _enrolled, _heldOut);
    }
}
