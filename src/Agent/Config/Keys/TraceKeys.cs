// SPDX-License-Identifier: Apache-2.0
using static Agent.Config.Keys.Row;

namespace Agent.Config.Keys;

/// <summary>How context travels, what is sampled, and what stands on spans.</summary>
internal static class TraceKeys
{
    internal static readonly ConfigKey[] All =
    [
        Choice("ebpf.context_propagation", "OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "headers", "disabled headers tcp headers,tcp tcp,headers all", "Where a context is written: into headers, into a TCP option where there is no room for a header, both, or nowhere.")
            .Instead("ip", "tcp", "IP options are dropped by most networks; the TCP option took their place"),
        Choice("tcp_option.format", "HILO_TCP_OPTION_FORMAT", "obi", "obi experiment", "Of the TCP option: OBI's, or that of RFC 6994."),
        Key("tcp_option.interfaces", KeyType.List, "HILO_TC_INTERFACES", null, "There traffic control writes it instead of sock_ops: eth0,veth*."),
        Choice("ebpf.traffic_control_backend", "OTEL_EBPF_BPF_TC_BACKEND", "auto", "auto tcx tc", "Of these interfaces: TCX (Linux 6.6) or clsact."),
        Key("propagators", KeyType.List, "OTEL_PROPAGATORS", "tracecontext,baggage", "Formats that are written: tracecontext, baggage, b3, b3multi, none. All are read."),
        Choice("otel_traces_export.sampler.name", "OTEL_TRACES_SAMPLER", "parentbased_always_on", "always_on always_off traceidratio parentbased_always_on parentbased_always_off parentbased_traceidratio", "Which traces are kept."),
        Key("otel_traces_export.sampler.arg", KeyType.Text, "OTEL_TRACES_SAMPLER_ARG", "1", "Of traceidratio: 0 to 1."),
        Key("keep.traces", KeyType.List, "HILO_KEEP", "off", "Of what is not sampled, whole traces in which something went wrong: errors, 500ms (so slow), both, or off."),
        Key("keep.age", KeyType.Number, "HILO_KEEP_AGE", "10", "What is held for that: the last seconds, ..."),
        Key("keep.bytes", KeyType.Number, "HILO_KEEP_BYTES", "4194304", "... in so much memory."),
        Key("headers.capture_request", KeyType.List, "HILO_CAPTURE_REQUEST_HEADERS", null, "Headers of requests that stand on spans."),
        Key("headers.capture_response", KeyType.List, "HILO_CAPTURE_RESPONSE_HEADERS", null, "Headers of responses that stand on spans."),
        Key("headers.relay", KeyType.List, "HILO_RELAY_HEADERS", null, "Headers that go on with the requests sent for the one they came with."),
        Key("headers.generate", KeyType.List, "HILO_GENERATE_HEADERS", null, "The same, and where one is missing it becomes the trace id."),
        Key("headers.redact", KeyType.List, "HILO_REDACT_HEADERS", "authorization,proxy-authorization,cookie,set-cookie", "Headers whose values stay secret."),
        Key("http.known_methods", KeyType.List, "OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS", null, "Methods that may name spans, instead of the standard ones."),
        Choice("routes.unmatched", "HILO_ROUTES_UNMATCHED", "heuristic", "heuristic path wildcard unset", "http.route of a path that no pattern fits: a guess, the path, /**, or none.")
            .Instead("low-cardinality", "heuristic", "Hilo's guess does not learn"),
        Key("routes.patterns", KeyType.List, "HILO_ROUTES_PATTERNS", null, "Routes: /users/{id}, /users/:id, /static/*. The first that fits is http.route and names the span."),
        Key("routes.ignored_patterns", KeyType.List, "HILO_ROUTES_IGNORED_PATTERNS", null, "Requests to such paths make no spans."),
        Choice("routes.ignore_mode", "HILO_ROUTES_IGNORE_MODE", "all", "all traces metrics", "Of ignored_patterns: metrics means no effect on spans."),
    ];
}
