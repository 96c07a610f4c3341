// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Delivery.Exporters;
using Agent.Delivery.Kafka;

namespace Agent.Delivery.Queues;

/// <summary>Reads <c>HILO_QUEUE</c> and what belongs to it. A value that cannot be meant is a <see cref="ConfigException"/>.</summary>
internal static class QueueVariables
{
    private const string Queue = "HILO_QUEUE";
    private const string Disk = "disk:";
    private const long LeastBytes = 16 << 20;

    /// <summary>Null: the queue is not on disk.</summary>
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
            case var topic when topic.StartsWith(KafkaVariables.Scheme, StringComparison.Ordinal):
                return null;
            case var disk when disk.StartsWith(Disk, StringComparison.Ordinal) && Path.IsPathFullyQualified(disk[Disk.Length..]):
                var options = new SpoolOptions { Directory = disk[Disk.Length..], MaxAge = age };
                return options with { MaxBytes = bytes ?? options.MaxBytes, SyncInterval = sync ?? options.SyncInterval };
            default:
                throw new ConfigException(Queue, queue, "use memory, disk:/var/lib/hilo or kafka:BROKERS/TOPIC");
        }
    }

    /// <summary>Null: the queue is not a topic.</summary>
    internal static ReceiverOptions? ReadTopic(Func<string, string?> variable) =>
        variable(Queue)?.Trim() is { } queue && queue.StartsWith(KafkaVariables.Scheme, StringComparison.Ordinal)
            ? KafkaVariables.ReadReceiver(variable, "kafka", Queue, queue)
            : null;

    private static long? ParseRoom(string text) => Durations.ParseSize(text) is { } bytes and >= LeastBytes ? bytes : null;
}
