// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Config;

namespace Agent.Tests.Config;

/// <summary>Configuration from a text, as if it stood in a file, and from variables.</summary>
internal static class Files
{
    internal static ConfigSource Source(string file, params (string Name, string? Value)[] variables) => new(
        Variable(variables), ConfigFile.Read("hilo.yml", Encoding.UTF8.GetBytes(file), Variable(variables)));

    internal static AgentOptions Read(string file, params (string Name, string? Value)[] variables) =>
        EnvironmentReader.Read(Source(file, variables));

    /// <summary>What is said of a file that cannot be used, or null.</summary>
    internal static IReadOnlyList<string> Problems(string file, params (string Name, string? Value)[] variables)
    {
        ConfigSource source;
        try
        {
            source = Source(file, variables);
        }
        catch (ConfigFileException unusable)
        {
            return unusable.Problems;
        }
        return source.Explain(Assert.ThrowsAny<FormatException>(() => EnvironmentReader.Read(source)));
    }

    internal static IReadOnlyList<string> Warnings(string file, params (string Name, string? Value)[] variables) =>
        ConfigWarnings.Of(Source(file, variables), variables.Select(variable => variable.Name));

    private static Func<string, string?> Variable((string Name, string? Value)[] variables) =>
        name => variables.FirstOrDefault(variable => variable.Name == name).Value;
}
