// SPDX-License-Identifier: Apache-2.0
// What became of every span: seen = exported + dropped{reason} + in flight. The kernel counts what it finished, this
// class counts what left the agent; nothing is subtracted in both places, so a span that is lost without a reason
// stays "in flight" for ever, and one that is counted twice makes it negative. That is what the tests look for.
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>Counters that any thread may add to; a snapshot is taken with <see cref="Balance"/>.</summary>
internal sealed class Ledger
{
    private static readonly int Reasons = Enum.GetValues<DropReason>().Length;

    private readonly long[] _dropped = new long[Reasons];
    private long _exported;

    /// <summary>Acknowledged by the receiver, or written to the terminal when there is no receiver.</summary>
    public void Exported(long spans) => Interlocked.Add(ref _exported, spans);

    public void Dropped(DropReason reason, long spans = 1) => Interlocked.Add(ref _dropped[(int)reason], spans);

    /// <summary>
    /// The equation of this moment. The agent's own counters are read before the kernel's: a span that moves
    /// in between is then in flight, never missing.
    /// </summary>
    public LedgerBalance Balance(Func<Counter, long> kernel)
    {
        var exported = Interlocked.Read(ref _exported);
        var dropped = new long[Reasons];
        for (var i = 0; i < dropped.Length; i++)
        {
            dropped[i] = Interlocked.Read(ref _dropped[i]);
        }

        var ringFull = kernel(Counter.RingFull);
        dropped[(int)DropReason.RingFull] += ringFull;
        return new LedgerBalance(kernel(Counter.Emitted) + ringFull, exported, dropped, kernel(Counter.Unsampled));
    }
}
