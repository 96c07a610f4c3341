// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Agent.Diagnostics;

/// <summary>One moment of the <see cref="Ledger"/>; its text is one line with a fixed form, for people and scripts.</summary>
internal sealed class LedgerBalance(long seen, long exported, long[] dropped, long unsampled)
{
    /// <summary>Null when there is only one.</summary>
    public string? Receiver { get; init; }

    public long Seen => seen;

    /// <summary>Found on disk at the start.</summary>
    public long Recovered { get; init; }

    /// <summary>On disk, for a receiver that has not got them; null: nothing is kept there.</summary>
    public long? Spooled { get; init; }

    /// <summary>Of those dropped as rejected: no file has them either.</summary>
    public long NotSetAside { get; init; }

    public long Exported => exported;

    public long Dropped => dropped.Sum();

    /// <summary>In the ring, in a batch, in the queue or being sent. Negative only when the ledger is wrong.</summary>
    public long InFlight => seen + Recovered - exported - Dropped - (Spooled ?? 0);

    /// <summary>Exchanges whose trace is not sampled; the kernel copied nothing of them, so they are not seen.</summary>
    public long Unsampled => unsampled;

    public long DroppedFor(DropReason reason) => dropped[(int)reason];

    /// <summary><c>ledger: seen 10 = exported 9 + dropped 1 (queue_full 1) + in flight 0; unsampled 0</c>.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        line.Append(Receiver is null ? "ledger: " : $"ledger of {Receiver}: ");
        line.Append(CultureInfo.InvariantCulture, $"seen {seen}");
        if (Recovered > 0)
        {
            line.Append(CultureInfo.InvariantCulture, $" + recovered {Recovered}");
        }
        line.Append(CultureInfo.InvariantCulture, $" = exported {exported} + dropped {Dropped}");
        var separator = " (";
        for (var reason = 0; reason < dropped.Length; reason++)
        {
            if (dropped[reason] != 0)
            {
                line.Append(
                    CultureInfo.InvariantCulture, $"{separator}{Name((DropReason)reason)} {dropped[reason]}");
                separator = ", ";
            }
        }

        line.Append(separator == ", " ? ")" : "");
        line.Append(CultureInfo.InvariantCulture, $" + in flight {InFlight}");
        if (Spooled is not null)
        {
            line.Append(CultureInfo.InvariantCulture, $" + spooled {Spooled}");
        }
        line.Append(CultureInfo.InvariantCulture, $"; unsampled {unsampled}");
        return line.ToString();
    }

    internal static string Name(DropReason reason) => reason switch
    {
        DropReason.RingFull => "ring_full",
        DropReason.Malformed => "malformed",
        DropReason.UnknownTarget => "unknown_target",
        DropReason.Ignored => "ignored",
        DropReason.NotSelected => "not_selected",
        DropReason.TooLarge => "too_large",
        DropReason.QueueFull => "queue_full",
        DropReason.Evicted => "evicted",
        DropReason.Corrupt => "corrupt",
        DropReason.NoReceiver => "no_receiver",
        DropReason.Rejected => "rejected",
        DropReason.Undelivered => "undelivered",
        DropReason.Shutdown => "shutdown",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
