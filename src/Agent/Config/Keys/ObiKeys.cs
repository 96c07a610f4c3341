// SPDX-License-Identifier: Apache-2.0
// Keys that OBI has and Hilo does not read: a file that holds them loads, and each is named once with what to use.
using static Agent.Config.Keys.Row;

namespace Agent.Config.Keys;

/// <summary>What OBI can be told, and Hilo cannot, or need not.</summary>
internal static class ObiKeys
{
    private const string Sizes = "Hilo keeps as much of a message as it needs";
    private const string NoMetrics = "Hilo makes no such metrics";
    private const string FewMetrics = "metrics of requests are for Prometheus: prometheus_export.port, prometheus_export.path and metrics.features";
    private const string NoDatabases = "Hilo traces HTTP and gRPC only";
    private const string NoInjection = "Hilo executes nothing in the programs it traces";
    private const string ByEvents = "Hilo is told of processes by the kernel, within milliseconds";

    internal static readonly ConfigKey[] All =
    [
        Pointless("ebpf.enable_context_propagation", "OTEL_EBPF_BPF_ENABLE_CONTEXT_PROPAGATION", "say it with ebpf.context_propagation"),
        Pointless("ebpf.track_request_headers", "OTEL_EBPF_BPF_TRACK_REQUEST_HEADERS", "Hilo always reads the context of requests"),
        Pointless("ebpf.override_bpfloop_enabled", "OTEL_EBPF_OVERRIDE_BPF_LOOP_ENABLED", "Hilo tries what the kernel can do (hilo doctor)"),
        Pointless("ebpf.disable_black_box_cp", "OTEL_EBPF_BPF_DISABLE_BLACK_BOX_CP", "Hilo never links requests by time"),
        Pointless("ebpf.high_request_volume", "OTEL_EBPF_BPF_HIGH_REQUEST_VOLUME", "spans always end with the last byte of the response"),
        Pointless("ebpf.go_http_client_buffer_timeout", "OTEL_EBPF_BPF_GO_HTTP_CLIENT_BUFFER_TIMEOUT", "Hilo waits for no timeouts"),
        Pointless("ebpf.max_transaction_time", "OTEL_EBPF_BPF_MAX_TRANSACTION_TIME", "a request is a parent exactly as long as it is open"),
        Pointless("ebpf.wakeup_len", "OTEL_EBPF_BPF_WAKEUP_LEN", "Hilo empties its ring every 10 ms"),
        Pointless("ebpf.stats_wakeup_data_bytes", "OTEL_EBPF_STATS_WAKEUP_DATA_BYTES", "Hilo empties its ring every 10 ms"),
        Pointless("ebpf.batch_length", "OTEL_EBPF_BPF_BATCH_LENGTH", "batches are as long as otel_traces_export.batch_timeout lets them get"),
        Pointless("ebpf.batch_timeout", "OTEL_EBPF_BPF_BATCH_TIMEOUT", "use otel_traces_export.batch_timeout"),
        Pointless("ebpf.bpf_debug", "OTEL_EBPF_BPF_DEBUG", "use log_level: debug"),
        Pointless("ebpf.protocol_debug_print", "OTEL_EBPF_PROTOCOL_DEBUG_PRINT", "use trace_printer"),
        Pointless("ebpf.bpf_fs_path", "OTEL_EBPF_BPF_FS_PATH", "Hilo pins nothing"),
        Pointless("ebpf.force_bpf_map_reader", "OTEL_EBPF_FORCE_BPF_MAP_READER", "Hilo tries what the kernel can do (hilo doctor)"),
        Pointless("ebpf.maps_config", "", "Hilo's maps grow as they need to"),
        Pointless("ebpf.buffer_sizes", "OTEL_EBPF_BPF_BUFFER_SIZE_*", Sizes),
        Missing("ebpf.http_request_timeout", "OTEL_EBPF_BPF_HTTP_REQUEST_TIMEOUT", "Hilo ends no span before its request ends"),
        Missing("ebpf.dns_request_timeout", "OTEL_EBPF_BPF_DNS_REQUEST_TIMEOUT", "Hilo does not trace DNS"),
        Missing("ebpf.heuristic_sql_detect", "OTEL_EBPF_HEURISTIC_SQL_DETECT", NoDatabases),
        Missing("ebpf.mysql_prepared_statements_cache_size", "OTEL_EBPF_BPF_MYSQL_PREPARED_STATEMENTS_CACHE_SIZE", NoDatabases),
        Missing("ebpf.postgres_prepared_statements_cache_size", "OTEL_EBPF_BPF_POSTGRES_PREPARED_STATEMENTS_CACHE_SIZE", NoDatabases),
        Missing("ebpf.mssql_prepared_statements_cache_size", "OTEL_EBPF_BPF_MSSQL_PREPARED_STATEMENTS_CACHE_SIZE", NoDatabases),
        Missing("ebpf.mongo_requests_cache_size", "OTEL_EBPF_BPF_MONGO_REQUESTS_CACHE_SIZE", NoDatabases),
        Missing("ebpf.kafka_topic_uuid_cache_size", "OTEL_KAFKA_TOPIC_UUID_CACHE_SIZE", NoDatabases),
        Missing("ebpf.couchbase_db_cache_size", "OTEL_EBPF_COUCHBASE_DB_CACHE_SIZE", NoDatabases),
        Missing("ebpf.redis_db_cache", "OTEL_EBPF_BPF_REDIS_DB_CACHE_*", NoDatabases),
        Missing("ebpf.payload_extraction", "OTEL_EBPF_HTTP_*", "Hilo looks into no bodies; for headers use headers.capture_request"),
        Missing("ebpf.log_enricher", "OTEL_EBPF_BPF_LOG_ENRICHER_*", "Hilo changes no logs"),
        Missing("ebpf.instrument_cuda", "OTEL_EBPF_INSTRUMENT_CUDA OTEL_EBPF_INSTRUMENT_GPU", "Hilo does not trace GPUs"),
        Pointless("ebpf.instrument_gpu", "", "Hilo does not trace GPUs"),
        Pointless("ebpf.populate_trace_context", "", NoInjection),

        Pointless("discovery.poll_interval", "OTEL_EBPF_DISCOVERY_POLL_INTERVAL", ByEvents),
        Pointless("discovery.min_process_age", "OTEL_EBPF_MIN_PROCESS_AGE", ByEvents),
        Pointless("discovery.process_context_poll_interval", "OTEL_EBPF_PROCESS_CONTEXT_POLL_INTERVAL", "Hilo reads OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES when a program begins"),
        Pointless("discovery.bpf_pid_filter_off", "OTEL_EBPF_BPF_PID_FILTER_OFF", "only selected programs are ever touched"),
        Pointless("discovery.skip_go_specific_tracers", "OTEL_EBPF_SKIP_GO_SPECIFIC_TRACERS", "Hilo's probes in Go programs only add to what it sees on sockets"),
        Pointless("discovery.default_otlp_grpc_port", "OTEL_EBPF_DEFAULT_OTLP_GRPC_PORT", "who exports traces is known by its requests, whatever the port"),
        Pointless("discovery.exclude_otel_instrumented_services_span_metrics", "OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES_SPAN_METRICS", NoMetrics),
        Pointless("discovery.excluded_linux_system_paths", "", "use discovery.exclude_instrument"),
        Pointless("discovery.system_wide", "", "use system_wide, or exe_path: '*'"),
        Missing("discovery.route_harvester_timeout", "OTEL_EBPF_ROUTE_HARVESTER_TIMEOUT", "routes come from `routes` or are guessed"),
        Missing("discovery.disabled_route_harvesters", "", "routes come from `routes` or are guessed"),
        Missing("discovery.route_harvester_advanced", "OTEL_EBPF_JAVA_ROUTE_HARVEST_DELAY", "routes come from `routes` or are guessed"),
        Missing("discovery.survey", "", "hilo doctor and the log at level debug say what is found"),

        Missing("otel_traces_export.insecure_skip_verify", "OTEL_EBPF_INSECURE_SKIP_VERIFY OTEL_EBPF_OTEL_INSECURE_SKIP_VERIFY", "name the authority with otel_traces_export.certificate"),
        Pointless("otel_traces_export.backoff_max_elapsed_time", "OTEL_EBPF_BACKOFF_MAX_ELAPSED_TIME", "spans wait as long as the queue has room for them"),
        Pointless("otel_traces_export.reporters_cache_len", "OTEL_EBPF_TRACES_REPORT_CACHE_LEN", "Hilo has no such cache"),
        Pointless("otel_traces_export.otel_sdk_log_level", "OTEL_EBPF_SDK_LOG_LEVEL OTEL_EBPF_OTEL_SDK_LOG_LEVEL", "there is no SDK in it; use log_level"),
        Pointless("otel_traces_export.instrumentations", "OTEL_EBPF_TRACES_INSTRUMENTATIONS OTEL_EBPF_OTEL_TRACES_INSTRUMENTATIONS", "HTTP and gRPC are always traced, nothing else is"),
        Missing("otel_metrics_export", "OTEL_EXPORTER_OTLP_METRICS_* OTEL_EBPF_METRICS_* OTEL_EBPF_OTEL_METRICS_* OTEL_EBPF_EXTRA_SPAN_RESOURCE_ATTRIBUTES OTEL_EBPF_ALLOW_SERVICE_GRAPH_SELF_REFERENCES", FewMetrics),
        Missing("prometheus_export.features", "", "use metrics.features"),
        Missing("prometheus_export.buckets", "", "bounds are those of the semantic conventions"),
        Missing("prometheus_export.ttl", "OTEL_EBPF_PROMETHEUS_TTL", "series stay while Hilo runs, 2000 of each metric"),
        Missing("prometheus_export.instrumentations", "OTEL_EBPF_PROMETHEUS_INSTRUMENTATIONS", "HTTP and gRPC are always measured, nothing else is"),
        Missing("prometheus_export.extra_resource_attributes", "OTEL_EBPF_PROMETHEUS_EXTRA_RESOURCE_ATTRIBUTES", "series have the name of their service"),
        Missing("prometheus_export.extra_span_resource_attributes", "OTEL_EBPF_PROMETHEUS_EXTRA_SPAN_RESOURCE_ATTRIBUTES", "series have the name of their service"),
        Missing("prometheus_export.exemplar_filter", "OTEL_EBPF_PROMETHEUS_EXEMPLAR_FILTER", "there are no exemplars"),
        Missing("prometheus_export.allow_service_graph_self_references", "OTEL_EBPF_PROMETHEUS_ALLOW_SERVICE_GRAPH_SELF_REFERENCES", "they are always told"),
        Pointless("prometheus_export.disable_build_info", "OTEL_EBPF_PROMETHEUS_DISABLE_BUILD_INFO", "it is told at internal_metrics.prometheus"),
        Pointless("prometheus_export.span_metrics_service_cache_size", "OTEL_EBPF_PROMETHEUS_SPAN_METRICS_SERVICE_CACHE_SIZE", "Hilo has no such cache"),
        Missing("sigil_export", "", "OTLP and Zipkin are what Hilo sends"),
        Missing("grafana", "GRAFANA_CLOUD_*", "use otel_traces_export.endpoint and headers"),
        Missing("network", "OTEL_EBPF_NETWORK_* OTEL_EBPF_REVERSE_DNS_* OTEL_EBPF_GEOIP_*", "Hilo does not count network flows"),
        Missing("stats", "OTEL_EBPF_STATS_*", "Hilo does not count network flows"),
        Missing("topology", "OTEL_EBPF_TOPOLOGY_*", NoMetrics),
        Missing("processes", "OTEL_EBPF_PROCESSES_*", NoMetrics),
        Missing("jvm_runtime_metrics", "OBI_JVM_*", NoMetrics),

        Missing("routes.wildcard_char", "", "the guess writes *"),
        Missing("routes.max_path_segment_cardinality", "", "Hilo's guess does not learn"),
        Missing("name_resolver", "OTEL_EBPF_NAME_RESOLVER_*", "in Kubernetes peers are told by the names of their services, elsewhere by their addresses"),
        Missing("attributes.metadata_retry", "OTEL_EBPF_METADATA_RETRY_*", "Hilo asks no cloud for metadata"),
        Missing("attributes.select", "", "spans have all of their attributes"),
        Missing("attributes.extra_group_attributes", "", "spans have all of their attributes"),
        Missing("attributes.instance_id", "OTEL_EBPF_HOSTNAME_DNS_RESOLUTION OTEL_EBPF_HOSTNAME", "process.pid and host.name say which instance it is"),
        Missing("attributes.host_id", "OTEL_EBPF_HOST_ID", "host.name says which host it is"),
        Pointless("attributes.rename_unresolved_hosts", "OTEL_EBPF_RENAME_UNRESOLVED_HOSTS", "peers are told by their addresses"),
        Pointless("attributes.rename_unresolved_hosts_incoming", "OTEL_EBPF_RENAME_UNRESOLVED_HOSTS_INCOMING", "peers are told by their addresses"),
        Pointless("attributes.rename_unresolved_hosts_outgoing", "OTEL_EBPF_RENAME_UNRESOLVED_HOSTS_OUTGOING", "peers are told by their addresses"),
        Pointless("attributes.metric_span_names_limit", "OTEL_EBPF_METRIC_SPAN_NAMES_LIMIT", NoMetrics),
        Missing("attributes.sensitive_query_params", "OTEL_EBPF_SENSITIVE_QUERY_PARAMS_*", "Hilo redacts a list of its own"),
        Missing("filter", "", "use discovery to select programs, routes.ignored_patterns to leave out requests"),

        Missing("nodejs", "OTEL_EBPF_NODEJS_*", NoInjection),
        Missing("javaagent", "OTEL_EBPF_JAVAAGENT_*", NoInjection),
        Missing("injector", "OTEL_EBPF_INJECTOR_*", NoInjection),

        Pointless("log_format", "OTEL_EBPF_LOG_FORMAT", "log lines are text"),
        Pointless("log_config", "OTEL_EBPF_LOG_CONFIG", "use hilo config print"),
        Pointless("shutdown_timeout", "OTEL_EBPF_SHUTDOWN_TIMEOUT", "Hilo delivers for 5 s at most when it ends"),
        Pointless("profile_port", "OTEL_EBPF_PROFILE_PORT", "there is no profiler in it"),
        Pointless("enforce_sys_caps", "OTEL_EBPF_ENFORCE_SYS_CAPS", "Hilo does not start without what it needs, and does what it can with the rest (hilo doctor)"),
        Pointless("channel_buffer_len", "OTEL_EBPF_CHANNEL_BUFFER_LEN", "use otel_traces_export.queue_size"),
        Pointless("channel_send_timeout", "OTEL_EBPF_CHANNEL_SEND_TIMEOUT", "nothing in Hilo waits for a slow receiver"),
        Pointless("channel_send_timeout_panic", "OTEL_EBPF_CHANNEL_SEND_TIMEOUT_PANIC", "nothing in Hilo waits for a slow receiver"),
        Pointless("internal_metrics.exporter", "OTEL_EBPF_INTERNAL_METRICS_EXPORTER", "internal_metrics.prometheus.port turns them on"),
        Pointless("internal_metrics.bpf_metric_scrape_interval", "OTEL_EBPF_BPF_METRIC_SCRAPE_INTERVAL", "figures are read when they are asked for"),
        Pointless("internal_metrics.avoided_services", "OTEL_EBPF_INTERNAL_METRICS_AVOIDED_SERVICES_*", "Hilo has no such metric"),
    ];
}
