// SPDX-License-Identifier: Apache-2.0
using Agent.Config;

namespace Agent.Delivery.Exporters;

/// <summary>OTEL_TRACES_EXPORTER: which of the receivers of the OTEL_* variables there are.</summary>
/// <param name="IsSet">Otherwise there is one for OTLP if it has an endpoint.</param>
/// <param name="Console">Traces are drawn on standard output.</param>
internal readonly record struct TracesExporters(bool IsSet, bool Otlp, bool Zipkin, bool Console)
{
    private const string Name = "OTEL_TRACES_EXPORTER";
    private const string Remedy = "use otlp, zipkin, console, or several of them separated by commas, or none";

    /// <summary>Null: not asked for.</summary>
    public TracePrinter? Printer => Console ? TracePrinter.Tree : IsSet ? TracePrinter.Disabled : null;

    public static TracesExporters Parse(string? list)
    {
        if (list is null)
        {
            return default;
        }

        var exporters = new TracesExporters { IsSet = true };
        var words = list.ToLowerInvariant().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words)
        {
            exporters = word switch
            {
                "otlp" => exporters with { Otlp = true },
                "zipkin" => exporters with { Zipkin = true },
                "console" => exporters with { Console = true },
                "none" when words.Length == 1 => exporters,
                _ => throw new ConfigException(Name, list, Remedy),
            };
        }

        return exporters;
    }
}
