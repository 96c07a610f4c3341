// SPDX-License-Identifier: Apache-2.0
// One expensive moment changes nothing: a step down needs two measurements over the budget in a row, and that the programs take
// a noticeable part of the machine; a step up four that are clearly below either. When a step up turns out to be in vain, the
// next one needs twice as many. With everything off there is nothing to measure: after a pause, longer each time, it is tried
// again.
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>How much is done, by what it costs. Not thread-safe.</summary>
/// <param name="budgetNs">Time of the programs per request that is allowed.</param>
internal sealed class OverheadSteps(double budgetNs)
{
    /// <summary>Of the time of all CPUs; with less, nothing is made less.</summary>
    internal const double NoticedShare = 0.02;

    private const int OverToStepDown = 2;
    private const int UnderToStepUp = 4;
    private const int MostUnderToStepUp = 64;
    private const double ClearlyBelow = 0.6;
    private const int ShortestPause = 6;
    private const int LongestPause = 96;

    private int _over;
    private int _under;
    private int _patience = UnderToStepUp;
    private bool _steppedUp;
    private int _off;
    private int _pause = ShortestPause;

    public ThrottleStep Step { get; private set; } = ThrottleStep.Full;

    /// <summary>Of the last measurement that counted; 0 before.</summary>
    public double LastNs { get; private set; }

    /// <summary>Takes a measurement in; true when the step has changed.</summary>
    public bool Measure(in OverheadCost cost)
    {
        var before = Step;
        if (Step == ThrottleStep.Off)
        {
            WaitForAnotherTry();
        }
        else if (!double.IsNaN(cost.NsPerRequest))
        {
            LastNs = cost.NsPerRequest;
            Judge(cost);
        }
        return Step != before;
    }

    private void Judge(in OverheadCost cost)
    {
        var isOver = cost.NsPerRequest > budgetNs && cost.Share > NoticedShare;
        var isUnder = cost.NsPerRequest < budgetNs * ClearlyBelow || cost.Share < NoticedShare * ClearlyBelow;
        _over = isOver ? _over + 1 : 0;
        _under = isUnder ? _under + 1 : 0;
        if (_over == OverToStepDown)
        {
            _patience = _steppedUp ? Math.Min(_patience * 2, MostUnderToStepUp) : _patience;
            _steppedUp = false;
            MoveTo(Step + 1);
        }
        else if (_under >= _patience && Step > ThrottleStep.Full)
        {
            _steppedUp = true;
            MoveTo(Step - 1);
        }
        else if (_under >= MostUnderToStepUp)
        {
            (_patience, _pause, _steppedUp) = (UnderToStepUp, ShortestPause, false);
        }
    }

    private void WaitForAnotherTry()
    {
        if (++_off < _pause)
        {
            return;
        }
        _pause = Math.Min(_pause * 2, LongestPause);
        MoveTo(ThrottleStep.NoHeaders);
    }

    private void MoveTo(ThrottleStep step) => (Step, _over, _under, _off) = (step, 0, 0, 0);
}
