// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Ingest;
using Agent.Targets;

namespace Agent.Config;

/// <summary>Everything a run is told, read once from the environment. OTEL_* names first, HILO_* for what they lack.</summary>
internal sealed record AgentOptions
{
    /// <summary>Which processes are traced.</summary>
    internal required TargetSelector Selector { get; init; }

    /// <summary>Confines Hilo to one cgroup and what is below it; null for no such limit.</summary>
    internal string? Cgroup { get; init; }

    /// <summary>Write the context into requests.</summary>
    internal bool InjectHeaders { get; init; } = true;

    /// <summary>Carry the context of requests without a header as a TCP option, and in which format.</summary>
    internal TcpOption TcpOption { get; init; }

    /// <summary>Where traffic control writes that option.</summary>
    internal TrafficOptions Traffic { get; init; } = TrafficOptions.None;

    /// <summary>Where spans of others are taken.</summary>
    internal IngestOptions Ingest { get; init; } = new();

    /// <summary>Traces to export although they are not sampled.</summary>
    internal KeepOptions Keep { get; init; } = KeepOptions.Nothing;

    /// <summary>The formats that a context is written in.</summary>
    internal PropagatorOptions Propagators { get; init; } = PropagatorOptions.Parse(null);

    /// <summary>Header fields to capture and to carry on.</summary>
    internal HeaderOptions Headers { get; init; } = HeaderOptions.None;

    /// <summary>A process that exports traces of its own is left to itself.</summary>
    internal bool LeavesExporters { get; init; } = true;

    /// <summary>What Hilo may cost.</summary>
    internal OverheadOptions Overhead { get; init; } = OverheadOptions.Parse(null, null);

    /// <summary>Whether Hilo watches for harm it does.</summary>
    internal GuardOptions Guard { get; init; } = GuardOptions.Parse(null, null);

    /// <summary>Where figures about Hilo itself are to be had.</summary>
    internal MetricsOptions Metrics { get; init; } = MetricsOptions.Parse(null, null);

    /// <summary>Where figures about requests are to be had.</summary>
    internal ApplicationOptions Application { get; init; }

    /// <summary>Where it says how it is, besides there.</summary>
    internal HealthOptions Health { get; init; } = HealthOptions.Parse(null, null, null);

    internal required SamplingOptions Sampling { get; init; }

    /// <summary>Where spans go, and how they are shown.</summary>
    internal required DeliveryOptions Delivery { get; init; }

    /// <summary>Whether names are asked of Kubernetes.</summary>
    internal KubernetesOptions Kubernetes { get; init; } = KubernetesOptions.Off;

    internal LogLevel LogLevel { get; init; } = LogLevel.Info;
}
