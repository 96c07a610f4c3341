// SPDX-License-Identifier: Apache-2.0
using static Agent.Config.Keys.Row;

namespace Agent.Config.Keys;

/// <summary>Where spans go, and how they wait for it.</summary>
internal static class DeliveryKeys
{
    private const string Otlp = "OTEL_EXPORTER_OTLP_TRACES_{0} OTEL_EXPORTER_OTLP_{0}";

    internal static readonly ConfigKey[] All =
    [
        .. Array.ConvertAll(OtlpKeys, key => key.Each()),
        .. Rest,
    ];

    private static ConfigKey[] OtlpKeys =>
    [
        Key("otel_traces_export.endpoint", KeyType.Text, Of("ENDPOINT"), null, "http://host:4318, https://host:4317 or unix:///run/collector.sock. Without a path /v1/traces is added.") with { Answers = text => HasPath(text) ? 0 : 1 },
        Choice("otel_traces_export.protocol", Of("PROTOCOL"), "http/protobuf", "http/protobuf grpc", "What is spoken there; without it, port 4317 means grpc.")
            .Instead("http/json", "http/protobuf", "Hilo sends OTLP as protobuf")
            .Instead("debug", "http/protobuf", "trace_printer shows spans"),
        Key("otel_traces_export.headers", KeyType.Map, Of("HEADERS"), null, "Sent with each request.").Secret(),
        Key("otel_traces_export.timeout", KeyType.Number, Of("TIMEOUT"), "10000", "Milliseconds for one attempt."),
        Choice("otel_traces_export.compression", Of("COMPRESSION"), "none", "gzip none", "Of what is sent."),
        Key("otel_traces_export.certificate", KeyType.Text, Of("CERTIFICATE"), null, "File with authorities to trust (PEM), instead of those of the system."),
        Key("otel_traces_export.client_certificate", KeyType.Text, Of("CLIENT_CERTIFICATE"), null, "File with Hilo's own certificate (PEM)."),
        Key("otel_traces_export.client_key", KeyType.Text, Of("CLIENT_KEY"), null, "File with its key (PEM)."),
        Key("otel_traces_export.insecure", KeyType.Switch, Of("INSECURE"), "false", "gRPC to an endpoint without a scheme: no TLS."),
    ];

    private static ConfigKey[] Rest =>
    [
        Key("otel_traces_export.batch_max_size", KeyType.Number, "OTEL_EBPF_OTLP_TRACES_BATCH_MAX_SIZE OTEL_EBPF_OTLP_TRACES_MAX_EXPORT_BATCH_SIZE OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096", "Spans in one request."),
        Key("otel_traces_export.max_export_batch_size", KeyType.Number, "", null, "The same, as it was called before.") with { SameAs = "otel_traces_export.batch_max_size" },
        Key("otel_traces_export.queue_size", KeyType.Number, "OTEL_EBPF_OTLP_TRACES_QUEUE_SIZE OTEL_EBPF_OTLP_TRACES_MAX_QUEUE_SIZE OTEL_BSP_MAX_QUEUE_SIZE", "65536", "Spans that may wait in memory for a receiver."),
        Key("otel_traces_export.max_queue_size", KeyType.Number, "", null, "The same, as it was called before.") with { SameAs = "otel_traces_export.queue_size" },
        Key("otel_traces_export.batch_timeout", KeyType.Duration, "OTEL_EBPF_OTLP_TRACES_BATCH_TIMEOUT OTEL_BSP_SCHEDULE_DELAY", "200ms", "How long an open batch waits for more spans; a number without a unit is milliseconds."),
        Key("otel_traces_export.backoff_initial_interval", KeyType.Duration, "OTEL_EBPF_BACKOFF_INITIAL_INTERVAL", "250ms", "A receiver that is away is asked again after this time, ..."),
        Key("otel_traces_export.backoff_max_interval", KeyType.Duration, "OTEL_EBPF_BACKOFF_MAX_INTERVAL", "5s", "... then after twice that, up to this."),
        Key("traces_exporter", KeyType.List, "OTEL_TRACES_EXPORTER", null, "otlp, zipkin, console, or none; without it, otlp if there is an endpoint."),
        Key("zipkin.endpoint", KeyType.Text, "OTEL_EXPORTER_ZIPKIN_ENDPOINT", "http://localhost:9411/api/v2/spans", "For traces_exporter: zipkin."),
        Key("zipkin.timeout", KeyType.Number, "OTEL_EXPORTER_ZIPKIN_TIMEOUT", "10000", "Milliseconds for one attempt."),
        Key("", KeyType.Any, "OTEL_EXPORTER_ZIPKIN_*", null, "What there is for OTLP: _HEADERS, _COMPRESSION, _CERTIFICATE, _CLIENT_CERTIFICATE, _CLIENT_KEY.").Secret(),
        Key("receivers", KeyType.Items, "HILO_RECEIVERS", null, "More places that get every span. As a variable: their names; HILO_RECEIVER_NAME_KEY is one key of one of them."),
        Key("receivers[].name", KeyType.Text, "", null, "Letters, digits, - and _."),
        Choice("receivers[].type", "HILO_RECEIVER_<NAME>_TYPE", "otlp", "otlp zipkin file kafka", "What kind of receiver."),
        Key("receivers[].endpoint", KeyType.Text, "HILO_RECEIVER_<NAME>_ENDPOINT", null, "Its URL; of a file, its path; of kafka, BROKERS/TOPIC."),
        Choice("receivers[].protocol", "HILO_RECEIVER_<NAME>_PROTOCOL", "http/protobuf", "http/protobuf grpc", "Of otlp; without it, port 4317 means grpc."),
        Key("receivers[].headers", KeyType.Map, "HILO_RECEIVER_<NAME>_HEADERS", null, "Sent with each request.").Secret(),
        Key("receivers[].timeout", KeyType.Number, "HILO_RECEIVER_<NAME>_TIMEOUT", "10000", "Milliseconds for one attempt."),
        Choice("receivers[].compression", "HILO_RECEIVER_<NAME>_COMPRESSION", "none", "gzip none", "Of what is sent."),
        Key("receivers[].certificate", KeyType.Text, "HILO_RECEIVER_<NAME>_CERTIFICATE", null, "File with authorities to trust (PEM)."),
        Key("receivers[].client_certificate", KeyType.Text, "HILO_RECEIVER_<NAME>_CLIENT_CERTIFICATE", null, "File with Hilo's own certificate (PEM)."),
        Key("receivers[].client_key", KeyType.Text, "HILO_RECEIVER_<NAME>_CLIENT_KEY", null, "File with its key (PEM)."),
        Key("receivers[].insecure", KeyType.Switch, "HILO_RECEIVER_<NAME>_INSECURE", "false", "gRPC to an endpoint without a scheme: no TLS."),
        Key("receivers[].server_name", KeyType.Text, "HILO_RECEIVER_<NAME>_SERVER_NAME", null, "The host name in its certificate, where it is not that of the endpoint."),
        Key("", KeyType.Text, "HTTPS_PROXY https_proxy", null, "The proxy for https endpoints.").Secret().Each(),
        Key("", KeyType.Text, "HTTP_PROXY http_proxy", null, "The proxy for http endpoints.").Secret().Each(),
        Key("", KeyType.Text, "ALL_PROXY all_proxy", null, "The proxy for both.").Secret().Each(),
        Key("", KeyType.List, "NO_PROXY no_proxy", null, "Hosts that are asked without a proxy.").Each(),
        Key("queue.storage", KeyType.Text, "HILO_QUEUE", "memory", "memory; disk:/var/lib/hilo: there spans wait for receivers that are away; or kafka:BROKERS/TOPIC, which hilo forward reads."),
        Key("queue.bytes", KeyType.Number, "HILO_QUEUE_BYTES", "16777216", "Memory that waiting spans may take."),
        Key("queue.disk_bytes", KeyType.Size, "HILO_QUEUE_DISK_BYTES", "1GiB", "What files may take; oldest go first."),
        Key("queue.disk_age", KeyType.Duration, "HILO_QUEUE_DISK_AGE", null, "How old they may get; no limit."),
        Key("queue.sync", KeyType.Duration, "HILO_QUEUE_SYNC", "100ms", "Spans that no receiver has are on disk after this time."),
        Key("kafka.max_message", KeyType.Size, "HILO_KAFKA_MAX_MESSAGE", "1000000", "Of one message; what brokers refuse is made smaller."),
        Choice("kafka.compression", "HILO_KAFKA_COMPRESSION", "lz4", "lz4 gzip snappy none", "Of what is written."),
        Key("kafka.group", KeyType.Text, "HILO_KAFKA_GROUP", "hilo", "hilo forward reads for each receiver as a group: this, a hyphen, its name."),
        Key("kafka.session_timeout", KeyType.Duration, "HILO_KAFKA_SESSION_TIMEOUT", "15s", "A hilo forward that is silent this long gives its partitions to others. Brokers take 6s to 30m if nobody has told them otherwise, Hilo 1s to 5m."),
        Key("kafka.refused", KeyType.Text, "HILO_KAFKA_REFUSED", null, "Folder for messages that are not spans and spans that a receiver refuses: the newest hundred. Without it, they are counted and stay in the topic alone."),
        Key("kafka.tls", KeyType.Switch, "HILO_KAFKA_TLS", "true with a certificate", "Brokers are spoken to through TLS."),
        Key("kafka.certificate", KeyType.Text, "HILO_KAFKA_CERTIFICATE", null, "File with authorities to trust (PEM)."),
        Key("kafka.client_certificate", KeyType.Text, "HILO_KAFKA_CLIENT_CERTIFICATE", null, "File with Hilo's own certificate (PEM)."),
        Key("kafka.client_key", KeyType.Text, "HILO_KAFKA_CLIENT_KEY", null, "File with its key (PEM)."),
        Choice("kafka.sasl", "HILO_KAFKA_SASL", null, "plain scram-sha-256 scram-sha-512", "How Hilo says who it is; Kerberos (gssapi) and OAuth (oauthbearer) are not offered."),
        Key("kafka.user", KeyType.Text, "HILO_KAFKA_USER", null, "Its name for that, ..."),
        Key("kafka.password", KeyType.Text, "HILO_KAFKA_PASSWORD", null, "... and password.").Secret(),
        Choice("trace_printer", "OTEL_EBPF_TRACE_PRINTER", "tree without a receiver", "disabled text json json_indent tree", "How traces are shown on standard output.")
            .Instead("counter", "disabled", "SIGUSR1 asks Hilo for its counters"),
    ];

    // OBI sends to http://host:4318 as if it were http://host:4318/v1/traces, and to other paths as they are.
    private static bool HasPath(string endpoint) =>
        Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.AbsolutePath != "/";

    private static string Of(string suffix) => Otlp.Replace("{0}", suffix, StringComparison.Ordinal);
}
