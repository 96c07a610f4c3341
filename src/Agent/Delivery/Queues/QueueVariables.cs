// SPDX-License-Identifier: Apache-2.0
using Agent.Config;

namespace Agent.Delivery.Queues;

/// <summary>Reads <c>HILO_QUEUE</c> and what belongs to it. A value that cannot be meant is a <see cref="ConfigException"/>.</summary>
internal static class QueueVariables
{
    private const string Queue = "HILO_QUEUE";
    private const string Disk = "disk:";
    private const long LeastBytes = 16 << 20;

    /// <summary>Null: the queue is in memory alone.</summary>
    internal static SpoolOptions? ReadSpool(Func<string, string?> variable)
    {
        var settings = new Variables(variable);
        var bytes = settings.Read<long>("HILO_QUEUE_DISK_BYTES", ParseRoom, "write a size like 512MiB or 2GiB, 16MiB at least");
        var age = settings.Read<TimeSpan>("HILO_QUEUE_DISK_AGE", Durations.Parse, "write a duration like 30m or 72h");
        var sync = settings.Read<TimeSpan>("HILO_QUEUE_SYNC", Durations.Parse, "write a duration like 100ms");
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

    private static long? ParseRoom(string text) => Durations.ParseSize(text) is { } bytes and >= LeastBytes ? bytes : null;
}
