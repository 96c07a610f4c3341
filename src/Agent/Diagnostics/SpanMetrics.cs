// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>The ledger, as metrics.</summary>
/// <param name="kernel">What the kernel side has counted; 0 without one.</param>
internal sealed class SpanMetrics(Ledger ledger, Func<Counter, long> kernel)
{
    internal void Describe(MetricsText text)
    {
        var balances = ledger.Balances(kernel);
        var balance = balances.MinBy(one => one.Exported)!;
        text.Counter("hilo_spans_seen_total", "Finished exchanges, and spans of others: exported, dropped or in flight.").Value(balance.Seen);
        text.Counter("hilo_spans_exported_total", "Acknowledged by the receiver, of several by the one furthest behind, or printed.").Value(balance.Exported);
        text.Counter("hilo_spans_dropped_total", "Lost, by reason.");
        foreach (var reason in Enum.GetValues<DropReason>())
        {
            text.Value("reason", LedgerBalance.Name(reason), balance.DroppedFor(reason));
        }
        text.Counter("hilo_spans_not_set_aside_total", "Rejected by the receiver, and the folder for such spans did not take them.");
        foreach (var one in balances)
        {
            text.Value("receiver", one.Receiver ?? "only", one.NotSetAside);
        }
        text.Gauge("hilo_spans_in_flight", "Seen and neither exported, dropped nor on disk.").Value(balance.InFlight);
        text.Gauge("hilo_spans_spooled", "On disk, for a receiver that has not got them.").Value(balance.Spooled ?? 0);
        text.Gauge("hilo_receiver_spans_waiting", "In flight or on disk, by receiver: what is to be scaled on.");
        foreach (var one in balances)
        {
            text.Value("receiver", one.Receiver ?? "only", one.InFlight + (one.Spooled ?? 0));
        }
    }
}
