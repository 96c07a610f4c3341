// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Kubernetes;
using Agent.Protocols;

namespace Agent.Targets;

/// <summary>One entry of what to trace, or not to trace: all conditions that it has must fit.</summary>
internal sealed record Selector
{
    internal PortRanges? Ports { get; init; }

    internal IPattern? Program { get; init; }

    internal IPattern? Language { get; init; }

    internal IPattern? Arguments { get; init; }

    internal IReadOnlySet<int>? Pids { get; init; }

    internal bool ContainersOnly { get; init; }

    internal PodSelector? Pod { get; init; }

    /// <summary>It has a condition that cannot be tested here: it never fits.</summary>
    internal bool IsUntestable { get; init; }

    /// <summary>What it selects is called.</summary>
    internal Naming Naming { get; init; }

    /// <summary>What it selects is not traced after all.</summary>
    internal bool IsSilent { get; init; }

    /// <summary>An entry that says nothing selects nothing.</summary>
    internal bool HasConditions =>
        Ports is not null || Program is not null || Language is not null || Arguments is not null || Pids is not null || ContainersOnly || Pod is not null;

    /// <summary>Fits every program there is.</summary>
    internal bool IsEverything =>
        this is { Ports: null, Language: null, Arguments: null, Pids: null, ContainersOnly: false, Pod: null, IsUntestable: false, IsSilent: false } &&
        Program is Glob { IsEverything: true };

    /// <param name="ports">On which it listens, as far as that is known.</param>
    internal bool Fits(ProcessFacts process, IEnumerable<ushort> ports) =>
        !IsUntestable && HasConditions &&
        Pids?.Contains(process.Pid) != false &&
        Program?.Matches(process.Program) != false &&
        Ports?.ContainsAny(ports) != false &&
        (!ContainersOnly || process.IsContained) &&
        (Pod is null || (process.Pod is { } pod && Pod.Fits(pod))) &&
        Arguments?.Matches(process.Arguments) != false &&
        Language?.Matches(process.Language) != false;
}

/// <summary>
/// What programs, and their paths, are called, when they do not say it themselves, and which of their traces are kept; null: nothing is
/// said of that.
/// </summary>
internal readonly record struct Naming(string? Name, string? Namespace, OwnRoutes? Routes = null, SamplingOptions? Sampler = null)
{
    /// <summary>What the other says goes first.</summary>
    internal Naming With(Naming other) => new(other.Name ?? Name, other.Namespace ?? Namespace, other.Routes ?? Routes, other.Sampler ?? Sampler);
}
