// SPDX-License-Identifier: Apache-2.0
using System.Reflection;

namespace Agent.Cli;

/// <summary>What <c>hilo help</c> and <c>hilo version</c> say.</summary>
internal static class Usage
{
    internal const string Text = """
        hilo follows HTTP requests through services without changing them.

          hilo [run]    trace until stopped; traces on stdout, everything else on stderr
          hilo collect  take spans from others and pass them on, without tracing
          hilo forward  take spans out of a topic of Kafka and pass them on
          hilo doctor   [--json] try every kernel feature, receivers and rights; say what is missing, why, and what to do
          hilo explain  PID: whether that process is traced, and why; what can be probed in it; its last requests
          hilo top      services that the agent sees, their rates, errors and latencies, and what it costs; every second
          hilo sysdump  [FILE]: one archive of texts for a bug report, without secrets
          hilo config   check [FILE], print [FILE] (what holds, and where it comes from) or schema (JSON schema of the file)
          hilo version  print the version
          hilo help     print this

        Everything below can also stand in a YAML file: --config FILE, or HILO_CONFIG (docs/configuration.md). Variables go before it.
        Files, OTEL_EBPF_* and BEYLA_* variables of OBI can be used as they are. A changed file is read again, and on SIGHUP.

        Which processes (without any of these, every process that listens on a TCP port):
          OTEL_EBPF_OPEN_PORT                  ports they listen on: 80,443,8000-8999 ...
          OTEL_EBPF_AUTO_TARGET_EXE            ... and path of their program: */{nginx,python3*} ...
          OTEL_EBPF_AUTO_TARGET_LANGUAGE       ... and language: go, java, dotnet, python, nodejs, ruby, php; all that are set must fit
          OTEL_EBPF_TARGET_PID                 process ids, and nothing else
          HILO_CGROUP                          nothing outside this cgroup

        What is done:
          OTEL_EBPF_BPF_CONTEXT_PROPAGATION    headers (default), tcp, headers,tcp or disabled
          HILO_TCP_OPTION_FORMAT               of tcp: obi (default) or experiment (RFC 6994)
          HILO_TC_INTERFACES                   eth0,veth*: there traffic control writes the option, instead of sock_ops
          OTEL_EBPF_BPF_TC_BACKEND             of these: auto (default), tcx (Linux 6.6) or tc (clsact)
          OTEL_PROPAGATORS                     written: tracecontext,baggage (default), b3, b3multi, none; all are read
          HILO_CAPTURE_REQUEST_HEADERS         names of headers that stand on spans, separated by commas ...
          HILO_CAPTURE_RESPONSE_HEADERS        ... 8 in all, 128 bytes of each
          HILO_RELAY_HEADERS                   4 of them also go on with the requests sent for the one they came with
          HILO_GENERATE_HEADERS                the same, and where one is missing it becomes the trace id
          HILO_REDACT_HEADERS                  whose values stay secret (authorization,cookie,set-cookie,...)
          OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES
                                               true (default): who exports own traces is left to itself
          HILO_OVERHEAD_BUDGET                 microseconds of the kernel programs per ordinary request (10), off for no limit; over
                                               it, Hilo writes fewer headers, then none, then does nothing, and tries again later
          HILO_HARM_GUARD                      on (default): when connections end badly, those that may carry headers are compared
                                               with others, and no more headers are written if they fare worse; off
          OTEL_TRACES_SAMPLER, _ARG            always_on, always_off, traceidratio, parentbased_...
          HILO_KEEP                            of what is not sampled, whole traces in which something went wrong: errors, 500ms (so
                                               slow), errors,500ms, or off (default)
          HILO_KEEP_AGE, HILO_KEEP_BYTES       what is held for that: the last seconds (10), in so much memory (4194304)

        Where traces go:
          OTEL_EXPORTER_OTLP_ENDPOINT          http://host:4318, https://host:4318 or unix:///run/collector.sock; also _PROTOCOL
                                               (http/protobuf, grpc), _HEADERS, _TIMEOUT (ms), _COMPRESSION (gzip), _CERTIFICATE,
                                               _CLIENT_CERTIFICATE, _CLIENT_KEY (files, PEM), _INSECURE, and each as _TRACES_...
          OTEL_TRACES_EXPORTER                 otlp, zipkin (OTEL_EXPORTER_ZIPKIN_ENDPOINT), console, or none
          HILO_RECEIVERS                       more of them: names a,b; for each HILO_RECEIVER_A_ENDPOINT, _TYPE (otlp, zipkin,
                                               file), _SERVER_NAME (in its certificate), and what there is for OTLP above
          HTTPS_PROXY, HTTP_PROXY, NO_PROXY    the way there (SOCKS: not for gRPC without TLS)
          HILO_QUEUE                           memory (default), or disk:/var/lib/hilo: there spans wait for receivers that are away, or
                                               kafka:HOST:9092,.../TOPIC: into it with run and collect, out of it with forward
          HILO_QUEUE_BYTES                     memory for that (16777216)
          HILO_QUEUE_DISK_BYTES, _DISK_AGE     what files may take (1GiB) and how old they may get (72h; no limit); oldest go first
          HILO_QUEUE_SYNC                      spans that no receiver has are on disk after this time (100ms)
          HILO_KAFKA_TLS, _CERTIFICATE,        on (with a certificate), files (PEM); _SASL (plain, scram-sha-256, scram-sha-512), _USER,
            _CLIENT_CERTIFICATE, _CLIENT_KEY   _PASSWORD; _MAX_MESSAGE (1000000), _COMPRESSION (lz4, gzip, snappy, none), _GROUP (hilo)
          OTEL_EBPF_TRACE_PRINTER              tree (default without an endpoint), text, json, json_indent, disabled
          OTEL_LOG_LEVEL                       debug, info, warn, error, none

        Spans that others send, to be passed on (collect; run, if it is set):
          HILO_INGEST                          otlp, zipkin, opencensus (at 4317 and 4318, 9411, 55678 of this host), or none
          HILO_INGEST_OTLP_GRPC, _OTLP_HTTP,   where else: 0.0.0.0:4317 or unix:///run/hilo/otlp.sock
            _ZIPKIN, _OPENCENSUS
          HILO_INGEST_CERTIFICATE, _KEY,       TLS (files, PEM); clients need a certificate of that authority
            _CLIENT_CA
          HILO_INGEST_MAX_BODY, _MAX_MEMORY,   of a request (16777216), of all together (67108864), and how many (10000)
            _MAX_CONNECTIONS

        Figures about Hilo itself, for Prometheus:
          OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT   (none), and _PATH (/internal/metrics); /healthz and /readyz are there, too, or
          OTEL_EBPF_HEALTH_CHECK_UNIX_SOCKET_PATH      on a socket (/run/hilo.sock, @hilo) or _PORT, _LISTEN_ADDRESS (127.0.0.1)

        Figures about requests, for Prometheus:
          OTEL_EBPF_PROMETHEUS_PORT            (none), and _PATH (/metrics)
          OTEL_EBPF_METRICS_FEATURES           application (rate, errors, durations; default), application_service_graph, all, none

        SIGUSR1 prints the ledger and the counters, SIGHUP reads the configuration again.
        """;

    internal static string Version => Assembly.GetExecutingAssembly().GetName().Version!.ToString(3);
}
