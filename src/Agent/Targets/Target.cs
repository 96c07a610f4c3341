// SPDX-License-Identifier: Apache-2.0
using Agent.Kubernetes;
using Agent.Tracing;

namespace Agent.Targets;

/// <summary>One traced program: what its spans are attributed to. Its forked processes share it until they exec.</summary>
internal sealed class Target(int pid, string serviceName, SpanResource resource)
{
    /// <summary>The process it was selected as.</summary>
    internal int Pid { get; } = pid;

    /// <summary>Another one when its pod is told of.</summary>
    internal string ServiceName { get; set; } = serviceName;

    /// <summary>Path of its program file, as it sees it; empty when not known.</summary>
    internal string Program { get; init; } = "";

    /// <summary>What its environment says about it, which its children have inherited unless they were told otherwise.</summary>
    internal Declaration Declaration { get; init; }

    /// <summary>What its selector calls it.</summary>
    internal Naming Naming { get; init; }

    /// <summary>It is not traced any more: what its open connections still tell is not wanted.</summary>
    internal bool IsLeft { get; set; }

    /// <summary>Where it runs, when it was described.</summary>
    internal ContainerPlace Container { get; init; }

    /// <summary>Always the same object: spans of one resource are recognised by it.</summary>
    internal SpanResource Resource { get; } = resource;

    /// <summary>No process of it is left.</summary>
    internal bool HasEnded { get; set; }

    /// <summary>Its processes that still run, or ended a moment ago. Kept by the watcher.</summary>
    internal int Processes { get; set; }
}
