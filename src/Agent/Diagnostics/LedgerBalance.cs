// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Agent.Diagnostics;

/// <summary>One moment of the <see cref="Ledger"/>; its text is one line with a fixed form, for people and scripts.</summary>
internal sealed class LedgerBalance(long seen, long exported, long[] dropped, long unsampled)
{
    public long Seen => seen;

    public long Exported => exported;

    public long Dropped => dropped.Sum();

    /// <summary>In the ring, in a batch, in the queue or being sent. Negative only when the ledger is wrong.</summary>
    public long InFlight => seen - exported - Dropped;

    /// <summary>Exchanges whose trace is not sampled; the kernel copied nothing of them, so they are not seen.</summary>
    public long Unsampled => unsampled;

    public long DroppedFor(DropReason reason) => dropped[(int)reason];

    /// <summary><c>ledger: seen 10 = exported 9 + dropped 1 (queue_full 1) + in flight 0; unsampled 0</c>.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        line.Append(
            CultureInfo.InvariantCulture, $"ledger: seen {seen} = exported {exported} + dropped {Dropped}");
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
        line.Append(CultureInfo.InvariantCulture, $" + in flight {InFlight}; unsampled {unsampled}");
        return line.ToString();
    }

    internal static string Name(DropReason reason) => reason switch
    {
        DropReason.RingFull => "ring_full",
        DropReason.Malformed => "malformed",
        DropReason.UnknownTarget => "unknown_target",
        DropReason.TooLarge => "too_large",
        DropReason.QueueFull => "queue_full",
        DropReason.NoReceiver => "no_receiver",
        DropReason.Rejected => "rejected",
        DropReason.Undelivered => "undelivered",
        DropReason.Shutdown => "shutdown",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    };
}
