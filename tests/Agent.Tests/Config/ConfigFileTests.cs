// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Diagnostics;

namespace Agent.Tests.Config;

/// <summary>What a file says, what goes before it, and what is said of one that cannot be used.</summary>
public class ConfigFileTests
{
    [Fact]
    public void A_file_says_what_variables_say()
    {
        var options = Files.Read("""
            log_level: DEBUG
            cgroup: /sys/fs/cgroup/shop
            propagators: [tracecontext, b3]
            ebpf: {context_propagation: all}
            headers: {capture_request: X-Tenant, redact: []}
            queue: {storage: "disk:/var/lib/hilo", disk_bytes: 2GiB, disk_age: 1h30m}
            otel_traces_export:
              endpoint: http://collector:4318
              timeout: 2500
              batch_timeout: 1s
              max_queue_size: 100
              sampler: {name: traceidratio, arg: 0.5}
              headers: {Authorization: "Basic a=,b"}
            internal_metrics: {prometheus: {port: 9090}}
            """);
        Assert.Equal(LogLevel.Debug, options.LogLevel);
        Assert.Equal("/sys/fs/cgroup/shop", options.Cgroup);
        Assert.True(options.Propagators is { W3c: true, B3: true, Baggage: false });
        Assert.Equal((true, TcpOption.Obi), (options.InjectHeaders, options.TcpOption));
        Assert.Equal("X-Tenant", Assert.Single(options.Headers.Rules).Name);
        Assert.Equal(new SamplingOptions(Sampler.Ratio, false, 1UL << 62), options.Sampling);
        Assert.Equal(9090, options.Metrics.Port);
        Assert.Equal((2L << 30, TimeSpan.FromMinutes(90)), (options.Delivery.Spool!.MaxBytes, options.Delivery.Spool.MaxAge));
        Assert.Equal((TimeSpan.FromSeconds(1), 100), (options.Delivery.BatchDelay, options.Delivery.MaxQueueSpans));
        var receiver = Assert.Single(options.Delivery.Receivers);
        Assert.Equal(("http://collector:4318/v1/traces", TimeSpan.FromSeconds(2.5)), (receiver.Endpoint.ToString(), receiver.Timeout));
        Assert.Equal([new("Authorization", "Basic a=,b")], receiver.Headers);
    }

    [Fact]
    public void Receivers_are_a_list_and_a_variable_can_change_one_value_of_one()
    {
        var receivers = Files.Read("""
            receivers:
              - {name: jaeger, endpoint: "http://jaeger:4317", insecure: yes}
              - {name: zip-kin, type: zipkin, endpoint: "http://zipkin:9411", timeout: 5, headers: {a: b}}
            """, ("HILO_RECEIVER_ZIP_KIN_TIMEOUT", "7")).Delivery.Receivers;
        Assert.Equal([ReceiverProtocol.OtlpGrpc, ReceiverProtocol.Zipkin], receivers.Select(receiver => receiver.Protocol));
        Assert.Equal(TimeSpan.FromMilliseconds(7), receivers[1].Timeout);
        Assert.Equal([new("a", "b")], receivers[1].Headers);
    }

    [Theory]
    [InlineData("http://c:4318", null, "http://c:4318/v1/traces")]
    [InlineData("http://c:4318/otlp", null, "http://c:4318/otlp")]
    [InlineData("http://c:4317", null, "http://c:4317/")]
    [InlineData("http://c:4317", "http/protobuf", "http://c:4317/v1/traces")]
    public void An_endpoint_means_what_it_means_to_OBI(string endpoint, string? protocol, string expected) => Assert.Equal(expected, Assert.Single(
        Files.Read($"otel_traces_export: {{endpoint: '{endpoint}', protocol: {protocol}}}").Delivery.Receivers).Endpoint.ToString());

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "http://env:4318", "http://env:4318/v1/traces")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://env:4318/x", "http://env:4318/x")]
    public void Every_variable_of_a_key_goes_before_the_file(string name, string value, string expected) => Assert.Equal(expected, Assert.Single(
        Files.Read("otel_traces_export: {endpoint: 'http://file:4318/own'}", (name, value)).Delivery.Receivers).Endpoint.ToString());

    [Theory]
    [InlineData("OTEL_EBPF_LOG_LEVEL")]
    [InlineData("OTEL_LOG_LEVEL")]
    [InlineData("BEYLA_LOG_LEVEL")]
    public void The_environment_goes_before_the_file(string name)
    {
        Assert.Equal(LogLevel.Error, Files.Read("log_level: info", (name, "error")).LogLevel);
        Assert.Equal(LogLevel.Warn, Files.Read("log_level: warn", (name, " ")).LogLevel);
    }

    [Theory]
    [InlineData("${LEVEL}", "warn", LogLevel.Warn)]
    [InlineData("${env:LEVEL}", "warn", LogLevel.Warn)]
    [InlineData("${LEVEL:-error}", null, LogLevel.Error)]
    [InlineData("${LEVEL:-error}", "warn", LogLevel.Warn)]
    [InlineData("${LEVEL}", null, LogLevel.Info)]
    [InlineData("w${LEVEL}n", "ar", LogLevel.Warn)]
    internal void Variables_are_substituted(string written, string? value, LogLevel expected) =>
        Assert.Equal(expected, Files.Read($"log_level: {written}", ("LEVEL", value)).LogLevel);

    [Fact]
    public void Two_dollars_are_one_and_what_was_substituted_is_left_alone()
    {
        Assert.True(Substitution.TryApply("$$a ${X} $", _ => "${Y}", out var text));
        Assert.Equal("$a ${Y} $", text);
        Assert.Equal("hilo.yml:1:9: cgroup: use ${NAME} or ${NAME:-otherwise}, and $$ for a dollar sign", Assert.Single(Files.Problems("cgroup: ${X")));
    }

    [Theory]
    [InlineData("log_level: [", "hilo.yml:2:1: did not find expected node content")]
    [InlineData("a: b\n\tc: d", "hilo.yml:2:1: found a tab character that violates indentation")]
    [InlineData("log_level: info\nlog_level: warn", "hilo.yml:2:1: log_level stands here a second time")]
    [InlineData("log_levle: info", "hilo.yml:1:1: log_levle is no key; is log_level meant?")]
    [InlineData("discovery:\n  instrument:\n    - open_prots: 80", "hilo.yml:3:7: discovery.instrument[].open_prots is no key; is open_ports meant?")]
    [InlineData("xyzzy: 1", "hilo.yml:1:1: xyzzy is no key")]
    [InlineData("ebpf: 3", "hilo.yml:1:7: ebpf is a section: write keys below it")]
    [InlineData("- a", "hilo.yml:1:1: the file must be a map of keys")]
    [InlineData("log_level: [info]", "hilo.yml:1:12: log_level is a word")]
    [InlineData("discovery:\n  instrument: {open_ports: 80}", "hilo.yml:2:15: discovery.instrument is a list: begin each entry with a dash")]
    [InlineData("receivers: [{endpoint: 'http://a'}]", "hilo.yml:1:13: a receiver needs a name")]
    [InlineData("a: 1\n---\nb: 2", "hilo.yml:2:1: a second document begins; one file is one document")]
    [InlineData("log_level: *x", "hilo.yml:1:12: nothing is called &x before this")]
    [InlineData("log_level: loud", "hilo.yml:1:12: log_level: loud cannot be used: use debug, info, warn, error or none")]
    [InlineData("discovery:\n  instrument:\n    - open_ports: http", "hilo.yml:3:19: discovery.instrument[].open_ports: http cannot be used: use ports and ranges like 80,443,8000-8999")]
    [InlineData("discovery:\n  services: [{exe_path: '('}]", "hilo.yml:2:25: discovery.services[].exe_path: ( cannot be used: use an extended regular expression")]
    [InlineData("receivers: [{name: a, endpoint: 'ftp://x'}]", "hilo.yml:1:33: receivers[a].endpoint: ftp://x cannot be used: use a URL like http://localhost:4318 or a socket like unix:///run/collector.sock")]
    [InlineData("otel_traces_export: {headers: {a: b c, 'x y': z}, endpoint: 'http://a'}", "hilo.yml:1:31: otel_traces_export.headers cannot be used: x y is not a header that can be set: leave it out")]
    [InlineData("routes: {patterns: [/a/*/b]}", "hilo.yml:1:20: routes.patterns: /a/*/b cannot be used: use routes like /users/{id}, /users/:id or /static/*, with a star only at the end")]
    [InlineData("discovery:\n  instrument:\n    - sampler: {name: traceidratio, arg: many}", "hilo.yml:3:42: discovery.instrument[].sampler.arg: many cannot be used: use a number from 0 to 1")]
    [InlineData("discovery:\n  instrument:\n    - routes: {incoming: [a]}", "hilo.yml:3:26: discovery.instrument[].routes.incoming: a cannot be used: use routes like /users/{id}, /users/:id or /static/*, with a star only at the end")]
    public void What_cannot_be_used_is_named_with_its_place(string file, string expected) => Assert.Equal(expected, Assert.Single(Files.Problems(file)));

    [Fact]
    public void All_that_is_wrong_with_the_form_is_said_at_once() => Assert.Equal(3, Files.Problems("a: 1\nb: 2\nebpf: {c: 3}").Count);

    [Fact]
    public void A_variable_that_was_set_under_another_name_is_named_by_it() => Assert.Equal(
        "BEYLA_OPEN_PORT=http cannot be used: use ports and ranges like 80,443,8000-8999", Assert.Single(Files.Problems("", ("BEYLA_OPEN_PORT", "http"))));

    [Fact]
    public void A_file_that_is_not_there_is_named() => Assert.Contains(
        "/no/such/hilo.yml cannot be read", Assert.Throws<ConfigFileException>(() => ConfigFile.Load("/no/such/hilo.yml", _ => null)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("ebpf:\nlog_level:\ndiscovery:\n  instrument:\n")]
    public void Nothing_is_nothing(string file) => Assert.Equal(TracePrinter.Tree, Files.Read(file).Delivery.Printer);

    [Fact]
    public void What_is_merged_goes_behind_what_stands_there()
    {
        var receiver = Files.Read("""
            zipkin: &shared {timeout: 5, endpoint: "http://zipkin:1"}
            otel_traces_export: {<<: *shared, endpoint: "http://own:1"}
            """).Delivery.Receivers[0];
        Assert.Equal(("own", TimeSpan.FromMilliseconds(5)), (receiver.Endpoint.Host, receiver.Timeout));
    }
}
