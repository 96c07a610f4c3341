// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Control;

/// <summary>What an agent that runs said of itself and of services at one moment.</summary>
internal sealed class AgentSample
{
    private readonly Dictionary<string, double> _figures = [];

    private AgentSample(long now) => At = now;

    /// <summary>Milliseconds.</summary>
    internal long At { get; }

    internal Dictionary<string, ServiceFigures> Services { get; } = [];

    internal string Version { get; private set; } = "";

    /// <summary>Of all its labels together; 0 when it is not told.</summary>
    internal double this[string metric] => _figures.GetValueOrDefault(metric);

    internal static AgentSample Take(int agent) => Read(
        ControlSocket.Ask(agent, ControlSocket.MetricsPath), ControlSocket.Ask(agent, ControlSocket.ServicesPath), Environment.TickCount64);

    /// <param name="metrics">In the text format of Prometheus.</param>
    /// <param name="services">Lines of <see cref="ServiceFigures.Write"/>.</param>
    internal static AgentSample Read(string metrics, string services, long now)
    {
        var sample = new AgentSample(now);
        foreach (var line in metrics.Split('\n'))
        {
            sample.TakeMetric(line);
        }
        foreach (var line in services.Split('\n'))
        {
            if (ServiceFigures.Read(line) is { } read)
            {
                sample.Services[read.Service] = read.Figures;
            }
        }
        return sample;
    }

    private void TakeMetric(string line)
    {
        var value = line.LastIndexOf(' ');
        if (value < 0 || line[0] == '#' || !double.TryParse(line.AsSpan(value), CultureInfo.InvariantCulture, out var figure))
        {
            return;
        }
        var name = line[..value].Split('{')[0];
        _figures[name] = this[name] + figure;
        if (name == "hilo_build_info")
        {
            Version = line.Split('"')[1];
        }
    }
}
