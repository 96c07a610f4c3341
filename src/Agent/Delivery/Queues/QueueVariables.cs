// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Config;

namespace Agent.Delivery.Queues;

/// <summary>Reads <c>HILO_QUEUE</c> and what belongs to it. A value that cannot be meant is a <see cref="ConfigException"/>.</summary>
internal static class QueueVariables
{
    private const string Queue = "HILO_QUEUE";
    private const string Disk = "disk:";

    /// <summary>Null: the queue is in memory alone.</summary>
    internal static SpoolOptions? ReadSpool(Func<string, string?> variable)
    {
        var bytes = Read(variable, "HILO_QUEUE_DISK_BYTES", ByteSize, "write a size like 512MiB or 2GiB, 16MiB at least");
        var age = Read(variable, "HILO_QUEUE_DISK_AGE", Duration, "write a duration like 30m or 72h");
        var sync = Read(variable, "HILO_QUEUE_SYNC", Duration, "write a duration like 100ms");
        var queue = variable(Queue)?.Trim() ?? "";
        switch (queue)
        {
            case "" or "memory":
                return null;
            case var disk when disk.StartsWith(Disk, StringComparison.Ordinal) && Path.IsPathFullyQualified(disk[Disk.Length..]):
                var options = new SpoolOptions { Directory = disk[Disk.Length..], MaxAge = age };
                return options with { MaxBytes = bytes ?? options.MaxBytes, SyncInterval = sync ?? options.SyncInterval };
            default:
                throw new ConfigException(Queue, queue, "use memory or disk:/var/lib/hilo");
        }
    }

    private static T? Read<T>(Func<string, string?> variable, string name, Func<string, T?> parse, string remedy)
        where T : struct =>
        variable(name)?.Trim() is { Length: > 0 } text ? parse(text) ?? throw new ConfigException(name, text, remedy) : null;

    private static long? ByteSize(string text)
    {
        const long least = 16 << 20;
        return Scaled(text, [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("", 1)]) is { } bytes and >= least ? (long)bytes : null;
    }

    private static TimeSpan? Duration(string text) =>
        Scaled(text, [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]) is { } milliseconds and > 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    private static double? Scaled(string text, ReadOnlySpan<(string Unit, long Factor)> units)
    {
        foreach (var (unit, factor) in units)
        {
            if (text.EndsWith(unit, StringComparison.OrdinalIgnoreCase) &&
                long.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return (double)number * factor;
            }
        }
        return null;
    }
}
