// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Agent.Config;
using Agent.Delivery.Exporters;
using Agent.Delivery.Queues;

namespace Agent.Delivery;

/// <summary>Where spans go and how much of them may wait; immutable, made once from the environment.</summary>
internal sealed record DeliveryOptions
{
    /// <summary>Each gets every span, at its own pace.</summary>
    public IReadOnlyList<ReceiverOptions> Receivers { get; init; } = [];

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A receiver that is away is asked that often, for as long as the queue can hold what waits for it.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Null: not asked for, which means trees when there is no receiver.</summary>
    public TracePrinter? Printer { get; init; }

    /// <summary>Methods that may name spans, comma-separated; null: the standard ones.</summary>
    public string? KnownMethods { get; init; }

    /// <summary>Header fields that stand on spans.</summary>
    public HeaderOptions CapturedHeaders { get; init; } = HeaderOptions.None;

    /// <summary>An open batch waits this long for more spans.</summary>
    public TimeSpan BatchDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Spans in one request.</summary>
    public int MaxRequestSpans { get; init; } = 4096;

    /// <summary>Bytes in one request; a single batch may be larger.</summary>
    public int MaxRequestBytes { get; init; } = 1 << 20;

    public int MaxQueueSpans { get; init; } = 65536;

    /// <summary>Memory that waiting batches may hold.</summary>
    public long MaxQueueBytes { get; init; } = 16 << 20;

    /// <summary>Null: the queue is in memory alone.</summary>
    public SpoolOptions? Spool { get; init; }

    /// <summary>Reads the OTEL_* variables; a value that cannot be meant is a <see cref="FormatException"/> that names it.</summary>
    public static DeliveryOptions FromEnvironment(Func<string, string?> variable)
    {
        var exporters = TracesExporters.Parse(Set(variable, "OTEL_TRACES_EXPORTER"));
        var options = new DeliveryOptions
        {
            Receivers = ReceiverVariables.Read(variable, exporters),
            Spool = QueueVariables.ReadSpool(variable),
            KnownMethods = Set(variable, "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"),
            Printer = ParsePrinter(Set(variable, "OTEL_EBPF_TRACE_PRINTER")) ?? exporters.Printer,
        };
        return options with
        {
            BatchDelay = Milliseconds(variable, "OTEL_BSP_SCHEDULE_DELAY") ?? options.BatchDelay,
            MaxQueueSpans = Number(variable, "OTEL_BSP_MAX_QUEUE_SIZE") ?? options.MaxQueueSpans,
            MaxRequestSpans = Number(variable, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE") ?? options.MaxRequestSpans,
            MaxQueueBytes = Number(variable, "HILO_QUEUE_BYTES") ?? options.MaxQueueBytes,
        };
    }

    private static TracePrinter? ParsePrinter(string? text) => text?.ToLowerInvariant() switch
    {
        null => null,
        "disabled" => TracePrinter.Disabled,
        "text" => TracePrinter.Text,
        "json" => TracePrinter.Json,
        "tree" => TracePrinter.Tree,
        _ => throw new FormatException(
            $"OTEL_EBPF_TRACE_PRINTER is '{text}'; it can be disabled, text, json or tree"),
    };

    private static TimeSpan? Milliseconds(Func<string, string?> variable, string name) =>
        Number(variable, name) is { } value ? TimeSpan.FromMilliseconds(value) : null;

    private static int? Number(Func<string, string?> variable, string name)
    {
        var text = Set(variable, name);
        if (text is null)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? value
            : throw new FormatException($"{name} is '{text}'; it must be a positive whole number");
    }

    private static string? Set(Func<string, string?> variable, string name) =>
        variable(name)?.Trim() is { Length: > 0 } text ? text : null;
}
