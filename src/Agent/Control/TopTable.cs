// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;

namespace Agent.Control;

/// <summary>Draws what happened between two moments: the agent and its cost in three lines, then services, the busiest first.</summary>
internal sealed class TopTable(Terminal terminal)
{
    private const int FrameLines = 7; // around the services, and the one that the cursor is in
    private const int ServiceWidth = 24;
    private const string Red = "\e[31m";
    private const string Plain = "\e[0m";

    internal string Draw(int agent, AgentSample earlier, AgentSample now)
    {
        var seconds = Math.Max(1, now.At - earlier.At) / 1000.0;
        var text = new StringBuilder();
        var up = TimeSpan.FromSeconds(Math.Max(0, Math.Floor(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - now["process_start_time_seconds"])));
        Line(text, FormattableString.Invariant($"hilo {now.Version}, process {agent}, up {up:c}: {now["hilo_traced_processes"]:0} processes traced, ")
            + $"{OverheadGovernor.Name((ThrottleStep)now["hilo_overhead_step"])}, guard {HarmGuard.Name((HarmState)now["hilo_guard_state"])}");
        Line(text, FormattableString.Invariant($"cost   {Rate("process_cpu_seconds_total") * 100:0.0} % of a CPU, {now["process_resident_memory_bytes"] / 1e6:0.0} MB")
            + (now["hilo_overhead_budget_seconds"] is > 0 and var budget
                ? FormattableString.Invariant($", in the kernel {now["hilo_overhead_request_seconds"] * 1e6:0.0} of {budget * 1e6:0} µs a request")
                : ""));
        Line(text, FormattableString.Invariant($"spans  {Rate("hilo_spans_seen_total"):0.#} a second, {now["hilo_spans_exported_total"]:0} exported, ")
            + FormattableString.Invariant($"{now["hilo_spans_dropped_total"]:0} dropped, {now["hilo_spans_in_flight"] + now["hilo_spans_spooled"]:0} waiting"));
        text.Append('\n');
        DrawServices(text, Between(earlier, now), seconds);
        return text.ToString();

        double Rate(string metric) => (now[metric] - earlier[metric]) / seconds;
    }

    private void DrawServices(StringBuilder text, List<(string Name, ServiceFigures Figures)> services, double seconds)
    {
        Line(text, $"{"SERVICE",-ServiceWidth} {"REQUESTS/S",10} {"ERRORS",7} {"P50",8} {"P90",8} {"P99",8} {"CALLS/S",10} {"ERRORS",7}");
        services.Sort((a, b) => (b.Figures.Requests + b.Figures.Calls, a.Name).CompareTo((a.Figures.Requests + a.Figures.Calls, b.Name)));
        var room = terminal.IsTerminal ? Math.Max(1, terminal.Height - FrameLines) : services.Count;
        foreach (var (name, figures) in services[..Math.Min(room, services.Count)])
        {
            var line = string.Create(
                CultureInfo.InvariantCulture,
                $"{Short(name),-ServiceWidth} {figures.Requests / seconds,10:0.#} {Share(figures.Errors, figures.Requests),7} "
                + $"{Quantile(figures, 0.5),8} {Quantile(figures, 0.9),8} {Quantile(figures, 0.99),8} "
                + $"{figures.Calls / seconds,10:0.#} {Share(figures.CallErrors, figures.Calls),7}");
            Line(text, line, figures.Errors + figures.CallErrors > 0);
        }
        if (services.Count == 0)
        {
            Line(text, "no requests yet");
        }
        else if (services.Count > room)
        {
            Line(text, string.Create(CultureInfo.InvariantCulture, $"and {services.Count - room} more"));
        }
    }

    private void Line(StringBuilder text, string line, bool isBad = false)
    {
        var shown = terminal.IsTerminal && line.Length > terminal.Width ? line[..terminal.Width] : line;
        text.Append(isBad && terminal.HasColour ? Red + shown + Plain : shown).Append('\n');
    }

    // Figures that went down were begun again.
    private static List<(string Name, ServiceFigures Figures)> Between(AgentSample earlier, AgentSample now)
    {
        var services = new List<(string Name, ServiceFigures Figures)>();
        foreach (var (name, figures) in now.Services)
        {
            var before = earlier.Services.GetValueOrDefault(name);
            services.Add((name, figures.Since(before?.Requests > figures.Requests || before?.Calls > figures.Calls ? null : before)));
        }
        return services;
    }

    private static string Short(string name) => name.Length > ServiceWidth ? name[..(ServiceWidth - 1)] + "…" : name;

    private static string Share(long part, long whole) =>
        whole == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100.0 * part / whole:0.0} %");

    private static string Quantile(ServiceFigures figures, double share) =>
        figures.Requests == 0 ? "-" : DurationText.Format(figures.Latencies.Quantile(share));
}
