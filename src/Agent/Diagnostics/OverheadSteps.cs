// SPDX-License-Identifier: Apache-2.0
// One expensive moment changes nothing: a step down needs two measurements over the budget in a row, a step up four that
// are clearly below it. With everything off there is nothing to measure: after a pause, longer each time, it is tried again.
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>How much is done, by what it costs. Not thread-safe.</summary>
/// <param name="budgetNs">Time of the programs per request that is allowed.</param>
internal sealed class OverheadSteps(double budgetNs)
{
    private const int OverToStepDown = 2;
    private const int UnderToStepUp = 4;
    private const double ClearlyBelow = 0.6;
    private const int ShortestPause = 6;
    private const int LongestPause = 96;

    private int _over;
    private int _under;
    private int _off;
    private int _pause = ShortestPause;

    public ThrottleStep Step { get; private set; } = ThrottleStep.Full;

    /// <summary>Of the last measurement that counted; 0 before.</summary>
    public double LastNs { get; private set; }

    /// <summary>Takes a measurement in; true when the step has changed. NaN: there was too little traffic to say.</summary>
    public bool Measure(double nsPerRequest)
    {
        var before = Step;
        if (Step == ThrottleStep.Off)
        {
            WaitForAnotherTry();
        }
        else if (!double.IsNaN(nsPerRequest))
        {
            LastNs = nsPerRequest;
            Judge(nsPerRequest);
        }
        return Step != before;
    }

    private void Judge(double nsPerRequest)
    {
        _over = nsPerRequest > budgetNs ? _over + 1 : 0;
        _under = nsPerRequest < budgetNs * ClearlyBelow ? _under + 1 : 0;
        if (_over == OverToStepDown)
        {
            MoveTo(Step + 1);
        }
        else if (_under == UnderToStepUp && Step > ThrottleStep.Full)
        {
            MoveTo(Step - 1);
            _pause = Step == ThrottleStep.Full ? ShortestPause : _pause;
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
