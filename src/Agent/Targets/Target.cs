// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>One traced program: what its spans are attributed to. Its forked processes share it until they exec.</summary>
internal sealed class Target(int pid, string serviceName, byte[] resource)
{
    /// <summary>The process it was selected as.</summary>
    internal int Pid { get; } = pid;

    internal string ServiceName { get; } = serviceName;

    /// <summary>Path of its program file, as it sees it; empty when not known.</summary>
    internal string Program { get; init; } = "";

    /// <summary>What its environment says about it, which its children have inherited unless they were told otherwise.</summary>
    internal Declaration Declaration { get; init; }

    /// <summary>What its selector calls it.</summary>
    internal Naming Naming { get; init; }

    /// <summary>It is not traced any more: what its open connections still tell is not wanted.</summary>
    internal bool IsLeft { get; set; }

    /// <summary>An encoded OTLP Resource. Always the same array: spans of one resource are recognised by it.</summary>
    internal byte[] Resource { get; } = resource;

    /// <summary>Its processes that still run, or ended a moment ago. Kept by the watcher.</summary>
    internal int Processes { get; set; }
}
