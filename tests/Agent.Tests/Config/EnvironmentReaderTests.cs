// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Targets;

namespace Agent.Tests.Config;

public class EnvironmentReaderTests
{
    [Fact]
    public void Nothing_set_traces_everything_with_headers_to_the_terminal()
    {
        var options = Read();
        Assert.True(options.InjectHeaders);
        Assert.Equal(TcpOption.Off, options.TcpOption);
        Assert.Null(options.Cgroup);
        Assert.Equal(TracePrinter.Tree, options.Delivery.Printer);
        Assert.Empty(options.Delivery.Receivers);
        Assert.Equal(LogLevel.Info, options.LogLevel);
        Assert.Equal(new SamplingOptions(Sampler.AlwaysOn, true, 1UL << 63), options.Sampling);
        Assert.True(Chooses(options, 8080));
    }

    [Theory]
    [InlineData("disabled", false, false)]
    [InlineData("headers", true, false)]
    [InlineData("tcp", false, true)]
    [InlineData("headers,tcp", true, true)]
    [InlineData("all", true, true)]
    public void Propagation_is_a_word(string word, bool headers, bool tcp)
    {
        var options = Read(("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", word));
        Assert.Equal((headers, tcp), (options.InjectHeaders, options.TcpOption != TcpOption.Off));
    }

    [Theory]
    [InlineData("eth0", null, "eth0", true)]
    [InlineData("eth0, veth*", "auto", "vethab12", true)]
    [InlineData("eth{0,1},lo", "tc", "eth1", true)]
    [InlineData("eth0", "tcx", "eth01", false)]
    public void Traffic_control_is_for_named_interfaces(string names, string? backend, string name, bool matches)
    {
        var options = Read(
            ("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "tcp"), ("HILO_TC_INTERFACES", names), ("OTEL_EBPF_BPF_TC_BACKEND", backend)).Traffic;
        Assert.Equal(matches, options.Interfaces!.Matches(name));
        Assert.Equal(backend, options.Backend switch
        {
            TrafficBackend.Filter => "tc",
            TrafficBackend.Link => "tcx",
            _ => backend == "auto" ? backend : null,
        });
    }

    [Theory]
    [InlineData("headers", "eth0", "auto", "HILO_TC_INTERFACES")]
    [InlineData("tcp", "eth{0", "auto", "HILO_TC_INTERFACES")]
    [InlineData("tcp", "eth0", "clsact", "OTEL_EBPF_BPF_TC_BACKEND")]
    public void Traffic_control_that_makes_no_sense_is_refused(string propagation, string names, string backend, string culprit)
    {
        var refusal = Assert.Throws<ConfigException>(() => Read(
            ("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", propagation), ("HILO_TC_INTERFACES", names), ("OTEL_EBPF_BPF_TC_BACKEND", backend)));
        Assert.Contains(culprit, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("obi", true)]
    [InlineData("experiment", false)]
    [InlineData(null, true)]
    public void The_tcp_option_has_two_formats(string? word, bool isObi)
    {
        var options = Read(("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "tcp"), ("HILO_TCP_OPTION_FORMAT", word));
        Assert.Equal(isObi ? TcpOption.Obi : TcpOption.Experiment, options.TcpOption);
    }

    [Theory]
    [InlineData("always_on", null, Sampler.AlwaysOn, false, 1UL << 63)]
    [InlineData("always_off", null, Sampler.AlwaysOff, false, 0UL)]
    [InlineData("traceidratio", "0.5", Sampler.Ratio, false, 1UL << 62)]
    [InlineData("traceidratio", "0", Sampler.Ratio, false, 0UL)]
    [InlineData("traceidratio", "1", Sampler.Ratio, false, 1UL << 63)]
    [InlineData("traceidratio", null, Sampler.Ratio, false, 1UL << 63)]
    [InlineData("parentbased_always_on", null, Sampler.AlwaysOn, true, 1UL << 63)]
    [InlineData("parentbased_always_off", null, Sampler.AlwaysOff, true, 0UL)]
    [InlineData("parentbased_traceidratio", "0.25", Sampler.Ratio, true, 1UL << 61)]
    internal void Samplers_are_those_of_OpenTelemetry(
        string name, string? argument, Sampler sampler, bool isParentBased, ulong threshold) =>
        Assert.Equal(new SamplingOptions(sampler, isParentBased, threshold), SamplingOptions.Parse(name, argument));

    [Theory]
    [InlineData("OTEL_EBPF_OPEN_PORT", "http")]
    [InlineData("OTEL_EBPF_AUTO_TARGET_EXE", "{a")]
    [InlineData("OTEL_EBPF_TARGET_PID", "12,x")]
    [InlineData("OTEL_EBPF_TARGET_PID", "-1")]
    [InlineData("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "icmp")]
    [InlineData("OTEL_TRACES_SAMPLER", "sometimes")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost")]
    [InlineData("OTEL_EXPORTER_OTLP_TIMEOUT", "soon")]
    [InlineData("OTEL_EBPF_TRACE_PRINTER", "video")]
    [InlineData("OTEL_LOG_LEVEL", "loud")]
    [InlineData("OTEL_EBPF_LOG_LEVEL", "1")]
    public void A_bad_value_is_named_in_one_line(string name, string value)
    {
        var line = Assert.Single(Files.Problems("", (name, value)));
        Assert.StartsWith($"{name}={value} ", line, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', line);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("-0.1")]
    [InlineData("half")]
    [InlineData("NaN")]
    public void A_ratio_is_from_zero_to_one(string argument)
    {
        var refusal = Assert.Throws<ConfigException>(() => SamplingOptions.Parse("traceidratio", argument));
        Assert.Contains("OTEL_TRACES_SAMPLER_ARG", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_an_endpoint_the_terminal_stays_quiet_unless_asked()
    {
        const string endpoint = "http://localhost:4318";
        Assert.Null(Read(("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)).Delivery.Printer);
        var both = Read(("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint), ("OTEL_EBPF_TRACE_PRINTER", "text"));
        Assert.Equal(TracePrinter.Text, both.Delivery.Printer);
    }

    [Fact]
    public void Empty_is_not_set() => Assert.True(Chooses(Read(("OTEL_EBPF_OPEN_PORT", " ")), 1));

    [Fact]
    public void The_own_log_level_wins()
    {
        var options = Read(("OTEL_LOG_LEVEL", "error"), ("OTEL_EBPF_LOG_LEVEL", "DEBUG"));
        Assert.Equal(LogLevel.Debug, options.LogLevel);
    }

    private static bool Chooses(AgentOptions options, ushort port) =>
        options.Selector.Choose(new ProcessFacts(new ProcFs("/nowhere"), 1, "/srv/app"), [port]) is not null;

    private static AgentOptions Read(params (string Name, string? Value)[] variables) =>
        EnvironmentReader.Read(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
