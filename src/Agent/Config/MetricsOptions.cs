// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Config;

/// <summary>OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT and _PATH, named as OBI names them.</summary>
/// <param name="Port">0: no metrics.</param>
/// <param name="Path">Where they are.</param>
internal readonly record struct MetricsOptions(ushort Port, string Path)
{
    internal const string PortName = "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PORT";
    private const string PathName = "OTEL_EBPF_INTERNAL_METRICS_PROMETHEUS_PATH";
    private const string DefaultPath = "/internal/metrics";

    internal static MetricsOptions Parse(string? port, string? path) => Parse(port, path, PortName, PathName, DefaultPath);

    /// <summary>The same, by other names.</summary>
    internal static MetricsOptions Parse(string? port, string? path, string portName, string pathName, string defaultPath)
    {
        ushort number = 0;
        if (!string.IsNullOrWhiteSpace(port) && !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            throw new ConfigException(portName, port, "use a port from 1 to 65535, or 0 for none");
        }
        return string.IsNullOrWhiteSpace(path) ? new MetricsOptions(number, defaultPath)
            : path[0] == '/' && path.All(letter => letter is > ' ' and < '\x7f' and not '?') ? new MetricsOptions(number, path)
            : throw new ConfigException(pathName, path, $"use a path like {defaultPath}");
    }
}
