// SPDX-License-Identifier: Apache-2.0
// Keeps what the programs take per request within a budget. The kernel's statistics cost something themselves, so they are
// on for a moment of each interval only. What is measured is the time inside the programs; what sockets in a sockmap cost
// the kernel besides is not in it. How it is judged: OverheadCost, OverheadSteps.
using System.Diagnostics;
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>Measures from time to time, and makes Hilo do less, or more again. Says so in the log.</summary>
internal sealed class OverheadGovernor : IDisposable
{
    private const double NsPerMicrosecond = 1000;
    private const int Moments = 10; // an interval is so many times as long as its measurement
    private const int Cuts = 5;

    private static readonly Counter[] Requests =
        [Counter.Emitted, Counter.RingFull, Counter.Unsampled, Counter.SelfTraced];

    private readonly OverheadOptions _options;
    private readonly Func<IReadOnlyList<BpfProgram>> _programs;
    private readonly ThrottleSwitch _throttle;
    private readonly Counters _counters;
    private readonly OverheadSteps _steps;
    private readonly int _cpus = LibC.AllowedCpus().Count();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    private OverheadGovernor(
        OverheadOptions options, Func<IReadOnlyList<BpfProgram>> programs, ThrottleSwitch throttle, Counters counters)
    {
        _options = options;
        _programs = programs;
        _throttle = throttle;
        _counters = counters;
        _steps = new OverheadSteps(options.BudgetMicroseconds * NsPerMicrosecond);
        _thread = new Thread(Run) { Name = "governor", IsBackground = true };
    }

    /// <summary>Null when there is no budget.</summary>
    /// <param name="options">The budget.</param>
    /// <param name="programs">Those that run with requests; there may be more later.</param>
    /// <param name="throttle">What makes Hilo do less.</param>
    /// <param name="counters">Of requests.</param>
    internal static OverheadGovernor? Start(
        OverheadOptions options, Func<IReadOnlyList<BpfProgram>> programs, ThrottleSwitch throttle, Counters counters)
    {
        if (options.BudgetMicroseconds == 0)
        {
            return null;
        }
        var governor = new OverheadGovernor(options, programs, throttle, counters);
        governor._thread.Start();
        return governor;
    }

    internal ThrottleStep Step => _steps.Step;

    internal double SecondsPerRequest => _steps.LastNs / 1e9;

    internal double SecondsAllowed => _options.BudgetMicroseconds / 1e6;

    /// <summary><c>overhead: everything is done, 3.2 of 10 µs per request</c>.</summary>
    internal string Describe() => FormattableString.Invariant(
        $"overhead: {Name(_steps.Step)}, {_steps.LastNs / NsPerMicrosecond:0.0} of {_options.BudgetMicroseconds:0.###} µs per request");

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        var moment = _options.Interval / Moments;
        while (!_stop.Wait(_options.Interval - moment))
        {
            using var statistics = RunStatistics.TryStart();
            if (statistics is null)
            {
                Log.Warn("overhead: this kernel does not measure programs, the budget is not watched");
                return;
            }
            var moments = new List<OverheadMoment>();
            for (var last = Now(); moments.Count < Cuts;)
            {
                if (_stop.Wait(moment / Cuts))
                {
                    return;
                }
                var now = Now();
                moments.Add(now - last);
                last = now;
            }
            if (_steps.Measure(OverheadCost.Of(moments, _cpus)))
            {
                _throttle.Set(_steps.Step);
                Log.Warn(Describe());
            }
        }
    }

    private OverheadMoment Now()
    {
        var (runs, time) = (0UL, 0UL);
        foreach (var program in _programs())
        {
            var (count, nanoseconds) = program.Runs;
            runs += count;
            time += nanoseconds;
        }
        return new OverheadMoment(
            Stopwatch.GetElapsedTime(0), time, runs, Requests.Aggregate(0UL, (sum, counter) => sum + _counters[counter]));
    }

    internal static string Name(ThrottleStep step) => step switch
    {
        ThrottleStep.Full => "everything is done",
        ThrottleStep.SomeHeaders => "headers are written for one trace in eight",
        ThrottleStep.NoHeaders => "headers are not written",
        _ => "nothing is traced",
    };
}
