// SPDX-License-Identifier: Apache-2.0
// From what was configured to AgentOptions. The first bad value ends it: a run never starts half configured.
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Ingest;

namespace Agent.Config;

/// <summary>Reads the options of a run.</summary>
internal sealed class EnvironmentReader
{
    private readonly ConfigSource _source;
    private readonly Variables _settings;

    private EnvironmentReader(ConfigSource source)
    {
        _source = source;
        _settings = new Variables(source.Variable);
    }

    /// <summary>From variables alone.</summary>
    internal static AgentOptions Read(Func<string, string?> variables) => Read(new ConfigSource(variables));

    /// <summary>Throws <see cref="FormatException"/>; <see cref="ConfigSource"/> explains where the refused value stands.</summary>
    /// <param name="ingest">What HILO_INGEST is when it is not set.</param>
    internal static AgentOptions Read(ConfigSource source, string ingest = IngestOptions.None) => new EnvironmentReader(source).Read(ingest);

    private AgentOptions Read(string ingest)
    {
        var (headers, tcp) = ReadPropagation();
        var propagators = PropagatorOptions.Parse(Text("OTEL_PROPAGATORS"));
        var headerOptions = HeaderOptions.Read(Text);
        return new AgentOptions
        {
            Selector = SelectorReader.Read(_source),
            Cgroup = Text("HILO_CGROUP"),
            InjectHeaders = headers && propagators.WritesContext,
            TcpOption = tcp ? ReadTcpOptionFormat() : TcpOption.Off,
            Traffic = TrafficOptions.Parse(Text("HILO_TC_INTERFACES"), Text("OTEL_EBPF_BPF_TC_BACKEND"), tcp),
            Propagators = propagators,
            Headers = headerOptions,
            LeavesExporters = _settings.Switch("OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES") ?? true,
            Overhead = OverheadOptions.Parse(Text("HILO_OVERHEAD_BUDGET"), Text("HILO_OVERHEAD_INTERVAL")),
            Metrics = MetricsOptions.Parse(Text(MetricsOptions.PortName), Text("OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PATH")),
            Application = ApplicationOptions.Read(Text),
            Health = HealthOptions.Parse(Text(HealthOptions.PortName), Text(HealthOptions.AddressName), Text(HealthOptions.SocketName)),
            Guard = GuardOptions.Parse(Text("HILO_HARM_GUARD"), Text("HILO_HARM_GUARD_INTERVAL")),
            Sampling = SamplingOptions.Parse(Text("OTEL_TRACES_SAMPLER"), Text("OTEL_TRACES_SAMPLER_ARG")),
            Ingest = IngestOptions.Read(Text, ingest),
            Keep = KeepOptions.Parse(Text("HILO_KEEP"), Text("HILO_KEEP_AGE"), Text("HILO_KEEP_BYTES")),
            Delivery = ReadDelivery() with { CapturedHeaders = headerOptions, Routes = RouteReader.Read(_settings) },
            Kubernetes = KubernetesOptions.Read(_settings),
            LogLevel = ReadLogLevel(),
        };
    }

    private (bool Headers, bool Tcp) ReadPropagation()
    {
        const string name = "OTEL_EBPF_BPF_CONTEXT_PROPAGATION";
        return (Text(name) ?? "headers") switch
        {
            "disabled" => (false, false),
            "headers" => (true, false),
            "tcp" => (false, true),
            "headers,tcp" or "tcp,headers" or "all" => (true, true),
            var other => throw new ConfigException(name, other, "use disabled, headers, tcp, headers,tcp or all"),
        };
    }

    private TcpOption ReadTcpOptionFormat()
    {
        const string name = "HILO_TCP_OPTION_FORMAT";
        return (Text(name) ?? "obi") switch
        {
            "obi" => TcpOption.Obi,
            "experiment" => TcpOption.Experiment,
            var other => throw new ConfigException(name, other, "use obi or experiment"),
        };
    }

    // Without a receiver the terminal is where traces go.
    private DeliveryOptions ReadDelivery()
    {
        var options = DeliveryOptions.FromEnvironment(_source.Variable);
        return options.Targets.Count == 0 && options.Printer is null
            ? options with { Printer = TracePrinter.Tree }
            : options;
    }

    private LogLevel ReadLogLevel() => (_settings.Word(
        "OTEL_EBPF_LOG_LEVEL",
        "use debug, info, warn, error or none",
        "debug", "trace", "all", "info", "warn", "warning", "error", "fatal", "none") ?? "info") switch
    {
        "info" => LogLevel.Info,
        "warn" or "warning" => LogLevel.Warn,
        "error" or "fatal" => LogLevel.Error,
        "none" => LogLevel.None,
        _ => LogLevel.Debug,
    };

    private string? Text(string name) => _settings.Text(name);
}
