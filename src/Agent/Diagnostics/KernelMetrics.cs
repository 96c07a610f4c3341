// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Propagation;

namespace Agent.Diagnostics;

/// <summary>The kernel side, as metrics: what it does, costs and breaks.</summary>
internal sealed class KernelMetrics(Counters counters, OverheadGovernor? governor, HarmGuard? guard, CanaryReport? canary, Func<int> targets)
{
    internal void Describe(MetricsText text)
    {
        text.Gauge("hilo_traced_processes", "Processes that are traced.").Value(targets());
        text.Counter("hilo_kernel_events_total", "What the kernel side did or did not do, by reason.");
        foreach (var (name, value) in counters.All())
        {
            text.Value("reason", name, value);
        }
        DescribeOverhead(text);
        DescribeHarm(text);
    }

    private void DescribeOverhead(MetricsText text)
    {
        if (governor is null)
        {
            return;
        }
        text.Gauge("hilo_overhead_step", "0: everything is done, 1: headers for some traces, 2: no headers, 3: nothing.").Value((int)governor.Step);
        text.Gauge("hilo_overhead_request_seconds", "Time of the kernel programs per ordinary request, measured last.").Value(governor.SecondsPerRequest);
        text.Gauge("hilo_overhead_budget_seconds", "What is allowed.").Value(governor.SecondsAllowed);
    }

    private void DescribeHarm(MetricsText text)
    {
        if (canary is { } report)
        {
            text.Gauge("hilo_canary_passed", "Whether sockets in a sockmap behave on this kernel, by trial.");
            foreach (var trial in CanaryReport.Trials)
            {
                text.Value("trial", CanaryReport.Name(trial), report.Passes(trial) ? 1 : 0);
            }
        }
        if (guard is null)
        {
            return;
        }
        (string Name, HarmCounts Counts)[] groups =
            [("usual", guard.Counts(HarmGroup.Usual)), ("enrolled", guard.Counts(HarmGroup.Enrolled)), ("held_out", guard.Counts(HarmGroup.HeldOut))];
        text.Gauge("hilo_guard_state", "0: watching, 1: comparing with connections that are held out, 2: withdrawn.").Value((int)guard.State);
        text.Counter("hilo_guard_withdrawals_total", "How often it has withdrawn.").Value(guard.Withdrawals);
        Each("hilo_guard_connections_total", "Client connections.", counts => counts.Begun);
        Each("hilo_guard_connections_harmed_total", "Ended by a reset or an error, or before an answer.", counts => counts.Harmed);
        Each("hilo_guard_requests_answered_total", "Requests on them that got an answer.", counts => counts.Answered);
        Each("hilo_guard_requests_stalled_total", "Of these, after a second or longer.", counts => counts.Stalled);

        void Each(string name, string help, Func<HarmCounts, long> figure)
        {
            text.Counter(name, help);
            foreach (var (group, counts) in groups)
            {
                text.Value("group", group, figure(counts));
            }
        }
    }
}
