// SPDX-License-Identifier: Apache-2.0
// What became of every span: seen + recovered = exported + dropped{reason} + in flight + spooled. The kernel counts what it
// finished, this class counts what others sent and what left the agent; nothing is subtracted in both places, so a span that is lost without a
// reason stays "in flight" for ever, and one that is counted twice makes it negative. That is what the tests look for.
//
// With several receivers the equation holds for each of them: what is lost on the way to all is counted once, at the root.
using Agent.Contract;

namespace Agent.Diagnostics;

/// <summary>Counters that any thread may add to; a snapshot is taken with <see cref="Balance"/>.</summary>
/// <param name="receiver">Whose it is; null when there is only one.</param>
/// <param name="root">What all receivers have in common.</param>
internal sealed class Ledger(string? receiver = null, Ledger? root = null)
{
    private static readonly int Reasons = Enum.GetValues<DropReason>().Length;

    private readonly long[] _dropped = new long[Reasons];
    private readonly List<Ledger> _branches = [];
    private Func<long>? _spooled;
    private long _exported;
    private long _recovered;
    private long _received;
    private long _kept;
    private long _notSetAside;

    /// <summary>Taken from senders of other spans, of one of several receivers: for it alone. Negative: given back.</summary>
    public void Received(long spans) => Interlocked.Add(ref _received, spans);

    /// <summary>A span of a trace that is not sampled is exported all the same.</summary>
    public void Kept() => Interlocked.Increment(ref _kept);

    /// <summary>Acknowledged by the receiver, or written to the terminal when there is no receiver.</summary>
    public void Exported(long spans) => Interlocked.Add(ref _exported, spans);

    public void Dropped(DropReason reason, long spans = 1) => Interlocked.Add(ref _dropped[(int)reason], spans);

    /// <summary>Of those that were rejected: the disk did not take them either.</summary>
    public void NotSetAside(long spans) => Interlocked.Add(ref _notSetAside, spans);

    /// <summary>The ledger of one of several receivers.</summary>
    public Ledger Branch(string name)
    {
        var branch = new Ledger(name, this);
        _branches.Add(branch);
        return branch;
    }

    /// <summary>An earlier run left <paramref name="spans"/> on disk; <paramref name="spooled"/> says how many wait there now.</summary>
    public void Recover(long spans, Func<long> spooled) => (_recovered, _spooled) = (spans, spooled);

    /// <summary>One for each receiver.</summary>
    public IReadOnlyList<LedgerBalance> Balances(Func<Counter, long> kernel) =>
        _branches.Count == 0 ? [Balance(kernel)] : [.. _branches.Select(branch => branch.Balance(kernel))];

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
            dropped[i] = Interlocked.Read(ref _dropped[i]) + (root is null ? 0 : Interlocked.Read(ref root._dropped[i]));
        }
        var spooled = _spooled?.Invoke();

        var ringFull = kernel(Counter.RingFull);
        dropped[(int)DropReason.RingFull] += ringFull;
        var tooLarge = kernel(Counter.SpanTooLarge);
        dropped[(int)DropReason.TooLarge] += tooLarge;
        var received = Interlocked.Read(ref _received) + (root is null ? 0 : Interlocked.Read(ref root._received));
        var kept = Interlocked.Read(ref (root ?? this)._kept);
        return new LedgerBalance(kernel(Counter.Emitted) + ringFull + tooLarge + received + kept, exported, dropped, kernel(Counter.Unsampled) - kept)
        {
            Receiver = receiver,
            Recovered = _recovered,
            Spooled = spooled,
            NotSetAside = Interlocked.Read(ref _notSetAside),
        };
    }
}
