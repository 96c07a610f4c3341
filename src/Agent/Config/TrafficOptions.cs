// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Config;

/// <summary>By which hook programs get at the packets of an interface.</summary>
internal enum TrafficBackend
{
    Auto,
    Filter,
    Link,
}

/// <summary>HILO_TC_INTERFACES and OTEL_EBPF_BPF_TC_BACKEND: where traffic control writes the TCP option.</summary>
/// <param name="Interfaces">Names of interfaces; null: none.</param>
/// <param name="Backend">TCX, clsact, or the first of them that works.</param>
internal sealed record TrafficOptions(Glob? Interfaces, TrafficBackend Backend)
{
    internal static TrafficOptions None { get; } = new(null, TrafficBackend.Auto);

    internal static TrafficOptions Parse(string? interfaces, string? backend, bool tcpOption)
    {
        const string interfacesName = "HILO_TC_INTERFACES";
        const string backendName = "OTEL_EBPF_BPF_TC_BACKEND";
        Glob? names = null;
        if (interfaces is not null && !Glob.TryParse($"{{{interfaces.Replace(" ", "", StringComparison.Ordinal)}}}", out names))
        {
            throw new ConfigException(interfacesName, interfaces, "use names and patterns like eth0,veth*");
        }
        if (interfaces is not null && !tcpOption)
        {
            throw new ConfigException(interfacesName, interfaces, "add tcp to OTEL_EBPF_BPF_CONTEXT_PROPAGATION: it is what they carry");
        }
        return new TrafficOptions(names, backend switch
        {
            null or "auto" => TrafficBackend.Auto,
            "tc" => TrafficBackend.Filter,
            "tcx" => TrafficBackend.Link,
            _ => throw new ConfigException(backendName, backend, "use auto, tcx or tc"),
        });
    }
}
