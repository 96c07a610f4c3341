// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery;

namespace Agent.Tests.Config;

/// <summary>Files as OBI's documentation has people write them: they load, and what does nothing here is said once.</summary>
public class ObiFilesTests
{
    private const string Daemonset = """
        log_level: DEBUG
        log_format: json
        trace_printer: counter
        shutdown_timeout: 30s
        enforce_sys_caps: true
        health_check: {port: 8081}
        ebpf:
          context_propagation: all
          track_request_headers: true
          wakeup_len: 100
          traffic_control_backend: tcx
          buffer_sizes: {http: 8192}
          redis_db_cache: {enabled: true, max_size: 500}
          payload_extraction: {http: {graphql: {enabled: true}, enrichment: {enabled: true, rules: [{action: include}]}}}
          maps_config: {global_scale_factor: 1}
        discovery:
          poll_interval: 1s
          min_process_age: 2s
          instrument:
            - k8s_namespace: shop
              k8s_pod_labels: {app: "front*"}
              name: front
              exports: [traces]
              sampler: {name: traceidratio, arg: "0.1"}
              routes: {incoming: ["/api/{id}"], outgoing: ["/*"]}
              metrics: {features: [application]}
            - open_ports: 8080,8443
              exe_path: "*/gateway"
              containers_only: true
          exclude_instrument:
            - k8s_namespace: monitoring
            - exe_path: "*/prometheus"
          default_exclude_instrument:
            - exe_path: "{*beyla,*alloy,*otelcol-contrib[!/]*}"
          exclude_otel_instrumented_services: false
          route_harvester_timeout: 5s
          disabled_route_harvesters: [java]
        routes:
          patterns: ["/basic/:rnd", "/user/{id}"]
          ignored_patterns: [/health, "/internal/*"]
          ignore_mode: traces
          unmatched: low-cardinality
          max_path_segment_cardinality: 20
        attributes:
          kubernetes: {enable: true, cluster_name: c1, resource_labels: {service.name: [a, b]}}
          select: {"*": {include: ["*"]}, traces: {include: [url.query]}}
          instance_id: {dns: false}
          host_id: {override: h}
        name_resolver: {sources: [k8s, dns], cache_len: 10}
        filter: {application: {url_path: {not_match: "*/health"}}, network: {k8s_dst_owner_name: {match: "*"}}}
        otel_traces_export:
          endpoint: http://collector:4317
          sampler: {name: parentbased_traceidratio, arg: "0.25"}
          instrumentations: [http, grpc]
          queue_size: 1024
          batch_max_size: 512
          batch_timeout: 5s
          insecure_skip_verify: false
        otel_metrics_export: {endpoint: "http://collector:4318", features: [application], buckets: {duration_histogram: [0, 1, 2]}}
        prometheus_export: {port: 8999, path: /metrics}
        internal_metrics: {exporter: prometheus, prometheus: {port: 6060, path: /internal/metrics}, bpf_metric_scrape_interval: 15s}
        network: {enable: true, cidrs: [10.0.0.0/8]}
        stats: {features: [x]}
        nodejs: {enabled: true}
        javaagent: {enabled: true, attach_timeout: 10s}
        metrics: {features: [application]}
        """;

    [Fact]
    public void A_whole_file_loads_and_means_the_same()
    {
        var options = Files.Read(Daemonset);
        Assert.False(options.LeavesExporters);
        Assert.Equal((1024, 512, TimeSpan.FromSeconds(5)), (options.Delivery.MaxQueueSpans, options.Delivery.MaxRequestSpans, options.Delivery.BatchDelay));
        Assert.Equal(6060, options.Metrics.Port);
        Assert.Equal(TracePrinter.Disabled, options.Delivery.Printer);
        Assert.Equal(1UL << 61, options.Sampling.Threshold);
    }

    [Fact]
    public void What_does_nothing_is_said_once_and_what_is_off_is_not_said()
    {
        var warnings = Files.Warnings(Daemonset);
        Assert.Equal(warnings.Count, warnings.Select(warning => warning[(warning.IndexOf(": ", StringComparison.Ordinal) + 2)..]).Distinct().Count());
        Assert.Contains("hilo.yml:10:15: ebpf.wakeup_len has no effect: Hilo empties its ring every 10 ms", warnings);
        Assert.Contains("hilo.yml:3:16: trace_printer: counter is taken as disabled: SIGUSR1 asks Hilo for its counters", warnings);
        Assert.Contains(warnings, warning => warning.Contains(": network is not supported: ", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, warning => warning.Contains("k8s_", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, warning => warning.Contains("[].sampler", StringComparison.Ordinal) || warning.Contains("[].routes", StringComparison.Ordinal));
        Assert.DoesNotContain(warnings, warning => warning.Contains("insecure_skip_verify", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("open_port: 8080\nservice_name: shop\nservice_namespace: all\nprint_traces: true", "print_traces")]
    [InlineData("executable_name: server\notel_traces_export: {endpoint: 'http://c:4318', max_queue_size: 9, max_export_batch_size: 3}", null)]
    [InlineData("discovery: {services: [{exe_path: (server|worker), k8s_namespace: ''}], exclude_services: [{exe_path: 'obi'}]}", null)]
    [InlineData("network: {enable: true}\nprometheus_export: {port: 1}", null)]
    [InlineData("ebpf: {context_propagation: ip, enable_context_propagation: true}", null)]
    [InlineData("auto_target_exe: '*/app'\nsystem_wide: false\nattributes: {rename_unresolved_hosts: ''}\ngrafana: {otlp: {cloud_zone: z}}", null)]
    public void Older_files(string file, string? wrong)
    {
        var problems = wrong is null ? [] : Files.Problems(file);
        Assert.Equal(wrong is null, problems.Count == 0);
        if (wrong is null)
        {
            Files.Read(file);
        }
    }

    [Theory]
    [InlineData("network", "network", false, false)]
    [InlineData("application_process,application_service_graph", "application_process", false, true)]
    [InlineData("application, ebpf", "ebpf", true, false)]
    public void Features_that_are_not_measured_are_left_out_and_named(string features, string left, bool requests, bool graph)
    {
        const string Name = "OTEL_EBPF_METRICS_FEATURES";
        var options = Files.Read("prometheus_export: {port: 8999}", (Name, features)).Application;
        Assert.Equal((requests, graph, requests || graph), (options.Requests, options.ServiceGraph, options.IsOn));
        Assert.StartsWith($"{Name}: {left} is left out: ", Assert.Single(Files.Warnings("", (Name, features))), StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_are_checked_too()
    {
        var warnings = Files.Warnings(
            "", ("OTEL_EBPF_BPF_WAKEUP_LEN", "10"), ("BEYLA_KUBE_META_CACHE_ADDRESS", "cache:80"), ("OTEL_EBPF_NETWORK_METRICS", "false"),
            ("OTEL_EBPF_OPEN_PROT", "80"), ("HILO_QUEU", "x"), ("HILO_SERVICE_HOST", "10.0.0.1"), ("OTEL_EBPF_SOMETHING_NEW_AND_STRANGE", "1"),
            ("HILO_RECEIVER_A_ENDPOINT", "http://a"), ("PATH", "/bin"));
        Assert.Equal(
        [
            "BEYLA_KUBE_META_CACHE_ADDRESS is not supported: every Hilo watches the pods of its own node, which needs no cache",
            "HILO_QUEU is not known; is HILO_QUEUE meant?",
            "OTEL_EBPF_BPF_WAKEUP_LEN has no effect: Hilo empties its ring every 10 ms",
            "OTEL_EBPF_OPEN_PROT is not known; is OTEL_EBPF_OPEN_PORT meant?",
            "OTEL_EBPF_SOMETHING_NEW_AND_STRANGE is not known",
        ], warnings);
    }
}
