// SPDX-License-Identifier: Apache-2.0
using System.Text.RegularExpressions;
using Agent.Contract;
using Agent.Diagnostics;

namespace Agent.Tests.Delivery;

public partial class LedgerTests
{
    [Fact]
    public void Line_has_one_fixed_form()
    {
        var ledger = new Ledger();
        ledger.Exported(9985);
        ledger.Dropped(DropReason.QueueFull, 7);
        ledger.Dropped(DropReason.Rejected);

        var line = ledger.Balance(Kernel(emitted: 9995, ringFull: 5, unsampled: 3)).ToString();

        Assert.Equal(
            "ledger: seen 10000 = exported 9985 + dropped 13 (ring_full 5, queue_full 7, rejected 1) + in flight 2; unsampled 3",
            line);
    }

    [Fact]
    public void Line_without_drops_has_no_reasons() =>
        Assert.Equal(
            "ledger: seen 0 = exported 0 + dropped 0 + in flight 0; unsampled 0",
            new Ledger().Balance(Kernel(0, 0, 0)).ToString());

    [Fact]
    public void Every_reason_has_a_name_of_its_own()
    {
        var ledger = new Ledger();
        var reasons = Enum.GetValues<DropReason>();
        foreach (var reason in reasons)
        {
            ledger.Dropped(reason);
        }

        var names = ReasonName().Matches(ledger.Balance(Kernel(0, 0, 0)).ToString()).Select(match => match.Value).ToHashSet();

        Assert.Equal(reasons.Length, names.Count);
    }

    [Fact]
    public void A_span_counted_twice_shows_as_negative()
    {
        var ledger = new Ledger();
        ledger.Exported(2);

        Assert.Equal(-1, ledger.Balance(Kernel(1, 0, 0)).InFlight);
    }

    [Fact]
    public async Task Snapshots_balance_while_other_threads_count()
    {
        const int Rounds = 200_000;
        var ledger = new Ledger();
        long emitted = 0;
        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            for (var i = 0; i < Rounds; i++)
            {
                Interlocked.Increment(ref emitted);
                if (i % 3 == 0)
                {
                    ledger.Dropped((DropReason)(1 + (i % 7)));
                }
                else
                {
                    ledger.Exported(1);
                }
            }
        })).ToArray();

        var all = Task.WhenAll(workers);
        while (!all.IsCompleted)
        {
            var moment = ledger.Balance(counter => counter == Counter.Emitted ? Interlocked.Read(ref emitted) : 0);
            Assert.InRange(moment.InFlight, 0, moment.Seen);
        }

        await all;
        var end = ledger.Balance(Kernel(Interlocked.Read(ref emitted), 0, 0));
        Assert.Equal((4 * Rounds, 0), (end.Exported + end.Dropped, end.InFlight));
    }

    private static Func<Counter, long> Kernel(long emitted, long ringFull, long unsampled) => counter => counter switch
    {
        Counter.Emitted => emitted,
        Counter.RingFull => ringFull,
        Counter.Unsampled => unsampled,
        Counter.SpanTooLarge => 0,
        _ => throw new ArgumentOutOfRangeException(nameof(counter)),
    };

    [GeneratedRegex("[a-z]+_?[a-z]+(?= 1\\b)")]
    private static partial Regex ReasonName();
}
