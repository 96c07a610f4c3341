// SPDX-License-Identifier: Apache-2.0
using static Agent.Config.Keys.Row;

namespace Agent.Config.Keys;

/// <summary>Hilo itself.</summary>
internal static class AgentKeys
{
    internal static readonly ConfigKey[] All =
    [
        Key("", KeyType.Text, "HILO_CONFIG OTEL_EBPF_CONFIG_PATH", null, "The file, where --config does not name it."),
        Choice("log_level", "OTEL_EBPF_LOG_LEVEL OTEL_LOG_LEVEL", "info", "debug info warn error none trace all warning fatal", "Lines on standard error, in any case of letters.").Live(),
        Key("ingest.formats", KeyType.List, "HILO_INGEST", null, "What is taken from others, where everybody listens, on loopback: otlp, zipkin, opencensus, or none."),
        Key("ingest.otlp_grpc", KeyType.List, "HILO_INGEST_OTLP_GRPC", "localhost:4317", "Where instead: 0.0.0.0:4317, or unix:///run/hilo/otlp.sock."),
        Key("ingest.otlp_http", KeyType.List, "HILO_INGEST_OTLP_HTTP", "localhost:4318", "Likewise."),
        Key("ingest.zipkin", KeyType.List, "HILO_INGEST_ZIPKIN", "localhost:9411", "Likewise."),
        Key("ingest.opencensus", KeyType.List, "HILO_INGEST_OPENCENSUS", "localhost:55678", "Likewise."),
        Key("ingest.certificate", KeyType.Text, "HILO_INGEST_CERTIFICATE", null, "File with a certificate (PEM): TLS for all of them. For one: HILO_INGEST_OTLP_GRPC_CERTIFICATE, and so on."),
        Key("ingest.key", KeyType.Text, "HILO_INGEST_KEY", null, "File with its key (PEM)."),
        Key("ingest.client_ca", KeyType.Text, "HILO_INGEST_CLIENT_CA", null, "File with authorities (PEM): clients must show a certificate of theirs."),
        Key("", KeyType.Any, "HILO_INGEST_OTLP_GRPC_* HILO_INGEST_OTLP_HTTP_* HILO_INGEST_ZIPKIN_* HILO_INGEST_OPENCENSUS_*", null, "TLS for one of them: _CERTIFICATE, _KEY, _CLIENT_CA."),
        Key("ingest.max_body", KeyType.Size, "HILO_INGEST_MAX_BODY", "16MiB", "Bytes of a request."),
        Key("ingest.max_memory", KeyType.Size, "HILO_INGEST_MAX_MEMORY", "64MiB", "Of all requests while they are read."),
        Key("ingest.max_connections", KeyType.Number, "HILO_INGEST_MAX_CONNECTIONS", "10000", "At a time."),
        Key("overhead.budget", KeyType.Text, "HILO_OVERHEAD_BUDGET", "10", "Microseconds of the kernel programs per ordinary request, off for no limit."),
        Key("overhead.interval", KeyType.Number, "HILO_OVERHEAD_INTERVAL", "10", "How often that is measured, in seconds."),
        Choice("harm_guard.enabled", "HILO_HARM_GUARD", "on", "on off true false", "Connections that may carry headers are compared with others when they fare badly."),
        Key("harm_guard.interval", KeyType.Number, "HILO_HARM_GUARD_INTERVAL", "10", "How often it looks, in seconds."),
        Key("health_check.port", KeyType.Number, "OTEL_EBPF_HEALTH_CHECK_PORT", "0", "Where /healthz and /readyz are told, besides internal_metrics.prometheus.port; 0: nowhere."),
        Key("health_check.listen_address", KeyType.Text, "OTEL_EBPF_HEALTH_CHECK_LISTEN_ADDRESS", "127.0.0.1", "The address of that port."),
        Key("health_check.unix_socket_path", KeyType.Text, "OTEL_EBPF_HEALTH_CHECK_UNIX_SOCKET_PATH", null, "A socket instead of it: /run/hilo.sock or @hilo."),
        Key("prometheus_export.port", KeyType.Number, "OTEL_EBPF_PROMETHEUS_PORT", "0", "Where Prometheus finds figures about requests, on a port of its own; 0: nowhere, and none are made."),
        Key("prometheus_export.path", KeyType.Text, "OTEL_EBPF_PROMETHEUS_PATH", "/metrics", "And at which path."),
        Key("metrics.features", KeyType.List, "OTEL_EBPF_METRICS_FEATURES", "application", "Which: application (rate, errors, durations), application_service_graph (who calls whom), all, or none.")
            .Without("network network_inter_zone stats", "Hilo does not measure flows")
            .Without("application_host application_process", "Hilo does not measure hosts and processes; an agent for that does")
            .Without("application_span application_span_otel application_span_sizes", "application measures requests by the semantic conventions")
            .Without("ebpf", "internal_metrics.prometheus.port tells these"),
        Key("internal_metrics.prometheus.port", KeyType.Number, "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT", "0", "Where Prometheus finds figures about Hilo itself; 0: nowhere."),
        Key("internal_metrics.prometheus.path", KeyType.Text, "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PATH", "/internal/metrics", "And at which path."),
    ];
}
