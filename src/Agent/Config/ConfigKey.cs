// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>One row of the table of keys (<see cref="ConfigKeys"/>).</summary>
/// <param name="Path">In the file: <c>ebpf.context_propagation</c>, <c>receivers[].endpoint</c>; empty: there is a variable only.</param>
/// <param name="Type">What may stand there.</param>
/// <param name="Meaning">One line. Of a key that is not read: what Hilo does, or what to use.</param>
internal sealed record ConfigKey(string Path, KeyType Type, string Meaning)
{
    /// <summary>The first is the one that readers ask for, the others are answers too; a final * stands for any end.</summary>
    internal IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary>The variables do not mean the same: readers ask for each.</summary>
    internal bool IsAskedForEach { get; init; }

    /// <summary>Which of the variables what stands in the file answers for.</summary>
    internal Func<string, int> Answers { get; init; } = _ => 0;

    /// <summary>As it would be written; null: nothing.</summary>
    internal string? Default { get; init; }

    /// <summary>For <see cref="KeyType.Word"/>.</summary>
    internal IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>Words of OBI that mean another one here, and why. Of a list they are left out.</summary>
    internal IReadOnlyList<(string Word, string Instead, string Why)> Translated { get; init; } = [];

    internal KeyFate Fate { get; init; }

    /// <summary>Another path for the same, from before.</summary>
    internal string? SameAs { get; init; }

    /// <summary>A changed file takes effect without a restart.</summary>
    internal bool IsLive { get; init; }

    /// <summary>Never shown.</summary>
    internal bool IsSecret { get; init; }

    /// <summary>The name to show where it is set by nothing.</summary>
    internal string Name => Path.Length > 0 ? Path : Variables[0];

    internal bool HasVariable(string name) => Variables.Any(variable => variable.EndsWith('*')
        ? name.StartsWith(variable[..^1], StringComparison.Ordinal)
        : variable == name);
}
