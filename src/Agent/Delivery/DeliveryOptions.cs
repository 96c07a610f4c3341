// SPDX-License-Identifier: Apache-2.0
using Agent.Application;
using Agent.Config;
using Agent.Control;
using Agent.Delivery.Exporters;
using Agent.Delivery.Queues;
using Agent.Kubernetes;
using Agent.Protocols;

namespace Agent.Delivery;

/// <summary>Where spans go and how much of them may wait; immutable, made once from the environment.</summary>
internal sealed record DeliveryOptions
{
    /// <summary>Each gets every span, at its own pace.</summary>
    public IReadOnlyList<ReceiverOptions> Receivers { get; init; } = [];

    /// <summary>If the queue is a topic: what is written goes there, and to receivers from there.</summary>
    public ReceiverOptions? Topic { get; init; }

    /// <summary>Where this process sends what it takes.</summary>
    public IReadOnlyList<ReceiverOptions> Targets => Topic is null ? Receivers : [Topic];

    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>A receiver that is away is asked that often, for as long as the queue can hold what waits for it.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Null: not asked for, which means trees when there is no receiver.</summary>
    public TracePrinter? Printer { get; init; }

    /// <summary>Methods that may name spans, comma-separated; null: the standard ones.</summary>
    public string? KnownMethods { get; init; }

    /// <summary>Header fields that stand on spans.</summary>
    public HeaderOptions CapturedHeaders { get; init; } = HeaderOptions.None;

    /// <summary>What spans of servers are named.</summary>
    public HttpRoutes Routes { get; init; } = HttpRoutes.None;

    /// <summary>Who is at which address; null: nobody is known.</summary>
    public PeerNames? Peers { get; init; }

    /// <summary>An open batch waits this long for more spans.</summary>
    public TimeSpan BatchDelay { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Measures requests by the spans that were seen here; null: nobody asks.</summary>
    public ApplicationMetrics? Requests { get; init; }

    /// <summary>What commands ask about the spans that were seen here; null: there is nobody to be asked.</summary>
    public LiveActivity? Activity { get; init; }

    /// <summary>Spans in one request.</summary>
    public int MaxRequestSpans { get; init; } = 4096;

    /// <summary>Bytes in one request; a single batch may be larger.</summary>
    public int MaxRequestBytes { get; init; } = 1 << 20;

    public int MaxQueueSpans { get; init; } = 65536;

    /// <summary>Memory that waiting batches may hold.</summary>
    public long MaxQueueBytes { get; init; } = 16 << 20;

    /// <summary>Null: the queue is in memory alone.</summary>
    public SpoolOptions? Spool { get; init; }

    /// <summary>Reads what stands for the OTEL_* variables; a value that cannot be meant is a <see cref="ConfigException"/>.</summary>
    public static DeliveryOptions FromEnvironment(Func<string, string?> variable)
    {
        var settings = new Variables(variable);
        var exporters = TracesExporters.Parse(settings.Text("OTEL_TRACES_EXPORTER"));
        var options = new DeliveryOptions
        {
            Receivers = ReceiverVariables.Read(variable, exporters),
            Topic = QueueVariables.ReadTopic(variable),
            Spool = QueueVariables.ReadSpool(variable),
            KnownMethods = settings.Text("OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS"),
            Printer = ReadPrinter(settings) ?? exporters.Printer,
        };
        return options with
        {
            RetryDelay = settings.Duration("OTEL_EBPF_BACKOFF_INITIAL_INTERVAL") ?? options.RetryDelay,
            MaxRetryDelay = settings.Duration("OTEL_EBPF_BACKOFF_MAX_INTERVAL") ?? options.MaxRetryDelay,
            BatchDelay = settings.Duration("OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT") ?? options.BatchDelay,
            MaxQueueSpans = settings.Number("OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE") ?? options.MaxQueueSpans,
            MaxRequestSpans = settings.Number("OTEL_EBPF_OTLP_TRACES_BATCH_MAX_SIZE") ?? options.MaxRequestSpans,
            MaxQueueBytes = settings.Number("HILO_QUEUE_BYTES") ?? options.MaxQueueBytes,
        };
    }

    private static TracePrinter? ReadPrinter(Variables settings) => settings.Word(
        "OTEL_EBPF_TRACE_PRINTER", "use tree, text, json, json_indent or disabled", "disabled", "text", "json", "json_indent", "tree") switch
    {
        null => null,
        "text" => TracePrinter.Text,
        "json" => TracePrinter.Json,
        "json_indent" => TracePrinter.IndentedJson,
        "tree" => TracePrinter.Tree,
        _ => TracePrinter.Disabled,
    };
}
