// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>What is measured of requests, and where Prometheus finds it, named as OBI names it.</summary>
/// <param name="Place">Where; port 0: nowhere, and nothing is measured.</param>
/// <param name="Requests">Rate, errors and durations.</param>
/// <param name="ServiceGraph">Who calls whom.</param>
internal readonly record struct ApplicationOptions(MetricsOptions Place, bool Requests, bool ServiceGraph)
{
    internal const string PortName = "OTEL_EBPF_PROMETHEUS_PORT";
    private const string PathName = "OTEL_EBPF_PROMETHEUS_PATH";
    private const string FeaturesName = "OTEL_EBPF_METRICS_FEATURES";
    private const string DefaultPath = "/metrics";

    /// <summary>All that there is.</summary>
    internal static ApplicationOptions Everything { get; } = new(default, true, true);

    /// <summary>Something is to be measured.</summary>
    internal bool IsOn => Place.Port != 0 && (Requests || ServiceGraph);

    /// <param name="text">What a variable says.</param>
    internal static ApplicationOptions Read(Func<string, string?> text)
    {
        bool requests = false, graph = false;
        var features = text(FeaturesName);
        foreach (var feature in (features ?? "application").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (feature)
            {
                case "application":
                    requests = true;
                    break;
                case "application_service_graph":
                    graph = true;
                    break;
                case "none":
                    break;
                case "all" or "*":
                    requests = graph = true;
                    break;
                default:
                    throw new ConfigException(FeaturesName, features!, "use application, application_service_graph, both, all, or none");
            }
        }
        return new ApplicationOptions(MetricsOptions.Parse(text(PortName), text(PathName), PortName, PathName, DefaultPath), requests, graph);
    }
}
