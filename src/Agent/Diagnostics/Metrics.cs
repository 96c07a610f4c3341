// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Propagation;

namespace Agent.Diagnostics;

/// <summary>Everything that Hilo says of itself, as metrics. Read when somebody asks.</summary>
internal sealed class Metrics(
    string version, Ledger ledger, Counters counters, OverheadGovernor? governor, HarmGuard? guard, CanaryReport? canary, Func<int> targets)
{
    private readonly double _started = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    internal string Describe()
    {
        var text = new MetricsText();
        text.Gauge("hilo_build_info", "Always 1.").Value("version", version, 1);
        text.Gauge("hilo_traced_processes", "Processes that are traced.").Value(targets());
        DescribeSpans(text);
        DescribeOverhead(text);
        DescribeHarm(text);
        DescribeProcess(text);
        return text.ToString();
    }

    private void DescribeSpans(MetricsText text)
    {
        var balances = ledger.Balances(counter => (long)counters[counter]);
        var balance = balances.MinBy(one => one.Exported)!;
        text.Counter("hilo_spans_seen_total", "Finished exchanges: exported, dropped or in flight.").Value(balance.Seen);
        text.Counter("hilo_spans_exported_total", "Acknowledged by the receiver, of several by the one furthest behind, or printed.").Value(balance.Exported);
        text.Counter("hilo_spans_dropped_total", "Lost, by reason.");
        foreach (var reason in Enum.GetValues<DropReason>())
        {
            text.Value("reason", LedgerBalance.Name(reason), balance.DroppedFor(reason));
        }
        text.Gauge("hilo_spans_in_flight", "Seen and neither exported, dropped nor on disk.").Value(balance.InFlight);
        text.Gauge("hilo_spans_spooled", "On disk, for a receiver that has not got them.").Value(balance.Spooled ?? 0);
        text.Gauge("hilo_receiver_spans_waiting", "In flight or on disk, by receiver: what is to be scaled on.");
        foreach (var one in balances)
        {
            text.Value("receiver", one.Receiver ?? "only", one.InFlight + (one.Spooled ?? 0));
        }
        text.Counter("hilo_kernel_events_total", "What the kernel side did or did not do, by reason.");
        foreach (var (name, value) in counters.All())
        {
            text.Value("reason", name, value);
        }
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

    private void DescribeProcess(MetricsText text)
    {
        text.Counter("process_cpu_seconds_total", "CPU time of the agent.").Value(Environment.CpuUsage.TotalTime.TotalSeconds);
        text.Gauge("process_resident_memory_bytes", "Memory of the agent.").Value(Environment.WorkingSet);
        text.Gauge("process_open_fds", "Open files of the agent.").Value(Directory.EnumerateFileSystemEntries("/proc/self/fd").Count());
        text.Gauge("process_start_time_seconds", "When it started, since 1970.").Value(_started);
    }
}
