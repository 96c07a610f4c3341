// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>A setting that cannot be used: which, what it holds (null: a secret), what to write instead.</summary>
internal sealed class ConfigException(string name, string? value, string remedy)
    : FormatException(value is null ? $"{name} cannot be used: {remedy}" : $"{name}={value} cannot be used: {remedy}")
{
    /// <summary>A variable, or what stands for one.</summary>
    internal string Name { get; } = name;

    internal string? Value { get; } = value;

    internal string Remedy { get; } = remedy;
}

/// <summary>A file that cannot be used, with everything that is wrong in it, a line each: <c>file:line:column: what</c>.</summary>
internal sealed class ConfigFileException(IReadOnlyList<string> problems) : FormatException(
    problems.Count == 1 ? problems[0] : $"{problems[0]} ({problems.Count - 1} more: hilo config check)")
{
    internal IReadOnlyList<string> Problems { get; } = problems;
}
