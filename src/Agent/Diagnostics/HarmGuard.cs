// SPDX-License-Identifier: Apache-2.0
// The canary tries what somebody thought of, once, on idle connections. The guard looks at the connections of the targets
// themselves. How it decides is in HarmJudge; the counts are made in bpf/core/harm.h.
using Agent.Bpf;
using Agent.Config;
using Agent.Contract;
using Agent.Propagation;

namespace Agent.Diagnostics;

/// <summary>Compares from time to time, and withdraws every socket when membership does harm. Says so in the log.</summary>
internal sealed class HarmGuard : IDisposable
{
    private readonly GuardOptions _options;
    private readonly BpfCounters _counts;
    private readonly ThrottleSwitch _throttle;
    private readonly Enrolment _enrolment;
    private readonly HarmJudge _judge = new();
    private readonly ManualResetEventSlim _stop = new();
    private readonly Thread _thread;

    private HarmGuard(GuardOptions options, BpfCounters counts, ThrottleSwitch throttle, Enrolment enrolment)
    {
        _options = options;
        _counts = counts;
        _throttle = throttle;
        _enrolment = enrolment;
        _thread = new Thread(Run) { Name = "guard", IsBackground = true };
    }

    internal HarmState State => _judge.State;

    internal int Withdrawals => _judge.Withdrawals;

    internal static HarmGuard Start(GuardOptions options, BpfCounters counts, ThrottleSwitch throttle, Enrolment enrolment)
    {
        var guard = new HarmGuard(options, counts, throttle, enrolment);
        guard._thread.Start();
        return guard;
    }

    /// <summary><c>guard: watching, 3 of 1200 connections ended badly, 0 of 5000 requests stalled</c>.</summary>
    internal string Describe()
    {
        var all = Counts(HarmGroup.Usual) + Counts(HarmGroup.Enrolled) + Counts(HarmGroup.HeldOut);
        return $"guard: {Name(State)}, {all.Harmed} of {all.Begun} connections ended badly, {all.Stalled} of {all.Answered} requests stalled";
    }

    internal static string Name(HarmState state) => state switch
    {
        HarmState.Watching => "watching",
        HarmState.Comparing => "half of the new connections are held out",
        _ => "withdrawn",
    };

    internal HarmCounts Counts(HarmGroup group)
    {
        var latencies = new long[HarmMeasure.Slowest - HarmMeasure.Fastest + 1];
        for (var i = 0; i < latencies.Length; i++)
        {
            latencies[i] = Read(group, (int)HarmMeasure.Fastest + i);
        }
        return new HarmCounts(Read(group, (int)HarmMeasure.Begun), Read(group, (int)HarmMeasure.Harmed), latencies);
    }

    public void Dispose()
    {
        _stop.Set();
        _thread.Join();
        _stop.Dispose();
    }

    private void Run()
    {
        while (!_stop.Wait(_options.Interval))
        {
            var news = _judge.Judge(Counts(HarmGroup.Usual), Counts(HarmGroup.Enrolled), Counts(HarmGroup.HeldOut));
            if (news is not null)
            {
                _throttle.Set(_judge.State);
                Log.Warn($"guard: {news}");
            }
            if (_judge.State == HarmState.Withdrawn)
            {
                _enrolment.EvictAll();
            }
        }
    }

    private long Read(HarmGroup group, int measure) => (long)_counts.Read((uint)(((int)group * ((int)HarmMeasure.Slowest + 1)) + measure));
}
