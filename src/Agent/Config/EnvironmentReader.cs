// SPDX-License-Identifier: Apache-2.0
// From environment variables to AgentOptions. The first bad value ends it: a run never starts half configured.
using System.Globalization;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Targets;

namespace Agent.Config;

/// <summary>Reads the options of a run. An empty variable counts as not set, as OpenTelemetry says.</summary>
internal sealed class EnvironmentReader(Func<string, string?> variables)
{
    internal static AgentOptions Read(Func<string, string?> variables) => new EnvironmentReader(variables).Read();

    private AgentOptions Read()
    {
        var (headers, tcp) = ReadPropagation();
        var propagators = PropagatorOptions.Parse(Text("OTEL_PROPAGATORS"));
        var headerOptions = HeaderOptions.Read(Text);
        return new AgentOptions
        {
            Selector = ReadSelector(),
            Cgroup = Text("HILO_CGROUP"),
            InjectHeaders = headers && propagators.WritesContext,
            TcpOption = tcp ? ReadTcpOptionFormat() : TcpOption.Off,
            Traffic = TrafficOptions.Parse(Text("HILO_TC_INTERFACES"), Text("OTEL_EBPF_BPF_TC_BACKEND"), tcp),
            Propagators = propagators,
            Headers = headerOptions,
            LeavesExporters = ReadSwitch("OTEL_EBPF_EXCLUDE_OTEL_INSTRUMENTED_SERVICES", otherwise: true),
            Overhead = OverheadOptions.Parse(Text("HILO_OVERHEAD_BUDGET"), Text("HILO_OVERHEAD_INTERVAL")),
            Metrics = MetricsOptions.Parse(Text(MetricsOptions.PortName), Text("OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PATH")),
            Guard = GuardOptions.Parse(Text("HILO_HARM_GUARD"), Text("HILO_HARM_GUARD_INTERVAL")),
            Sampling = SamplingOptions.Parse(Text("OTEL_TRACES_SAMPLER"), Text("OTEL_TRACES_SAMPLER_ARG")),
            Delivery = ReadDelivery() with { CapturedHeaders = headerOptions },
            LogLevel = ReadLogLevel(),
        };
    }

    private TargetSelector ReadSelector()
    {
        PortRanges? ports = null;
        Glob? executable = null;
        if (Text("OTEL_EBPF_OPEN_PORT") is { } portList && !PortRanges.TryParse(portList, out ports))
        {
            throw new ConfigException("OTEL_EBPF_OPEN_PORT", portList, "use ports and ranges like 80,443,8000-8999");
        }
        if (Text("OTEL_EBPF_AUTO_TARGET_EXE") is { } pattern && !Glob.TryParse(pattern, out executable))
        {
            throw new ConfigException("OTEL_EBPF_AUTO_TARGET_EXE", pattern, "use a pattern like */{nginx,python3*}");
        }
        return new TargetSelector(ports, executable, ReadPids());
    }

    private HashSet<int> ReadPids()
    {
        const string name = "OTEL_EBPF_TARGET_PID";
        var pids = new HashSet<int>();
        var list = Text(name) ?? "";
        foreach (var part in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) || pid <= 0)
            {
                throw new ConfigException(name, list, "use process ids separated by commas");
            }
            pids.Add(pid);
        }
        return pids;
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

    private bool ReadSwitch(string name, bool otherwise) => Text(name) switch
    {
        null => otherwise,
        "true" => true,
        "false" => false,
        var other => throw new ConfigException(name, other, "use true or false"),
    };

    // Without a receiver the terminal is where traces go.
    private DeliveryOptions ReadDelivery()
    {
        var options = DeliveryOptions.FromEnvironment(variables);
        return options.Receivers.Count == 0 && options.Printer is null
            ? options with { Printer = TracePrinter.Tree }
            : options;
    }

    private LogLevel ReadLogLevel()
    {
        const string own = "OTEL_EBPF_LOG_LEVEL";
        var name = Text(own) is null ? "OTEL_LOG_LEVEL" : own;
        return (Text(name) ?? "info").ToUpperInvariant() switch
        {
            "DEBUG" or "TRACE" or "ALL" => LogLevel.Debug,
            "INFO" => LogLevel.Info,
            "WARN" or "WARNING" => LogLevel.Warn,
            "ERROR" or "FATAL" => LogLevel.Error,
            "NONE" => LogLevel.None,
            var other => throw new ConfigException(name, other, "use debug, info, warn, error or none"),
        };
    }

    private string? Text(string name)
    {
        var value = variables(name);
        return string.IsNullOrWhiteSpace(value) ? null : value.Trim();
    }
}
