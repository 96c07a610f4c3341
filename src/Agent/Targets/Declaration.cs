// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;

namespace Agent.Targets;

/// <summary>What a service says about itself in its environment.</summary>
/// <param name="ServiceName">OTEL_SERVICE_NAME.</param>
/// <param name="Attributes">OTEL_RESOURCE_ATTRIBUTES.</param>
internal readonly record struct Declaration(string? ServiceName, string? Attributes)
{
    /// <summary>False when the environment is empty, which it also is when the process ends.</summary>
    internal static bool TryRead(ProcFs proc, int pid, out Declaration declaration)
    {
        var environment = proc.Environment(pid);
        declaration = new Declaration(
            ProcFs.Variable(environment, "OTEL_SERVICE_NAME"), ProcFs.Variable(environment, "OTEL_RESOURCE_ATTRIBUTES"));
        return environment.Length > 0;
    }

    /// <summary>As the kernel read it when the program began.</summary>
    internal static Declaration From(in ProcessEvent e, ReadOnlySpan<byte> declared) =>
        declared.Length < Constants.DeclaredNameSize + e.AttributesSize || e.NameSize > Constants.DeclaredNameSize
            ? default
            : new(Text(declared[..e.NameSize]), Text(declared.Slice(Constants.DeclaredNameSize, e.AttributesSize)));

    private static string? Text(ReadOnlySpan<byte> value) => value.IsEmpty ? null : Encoding.UTF8.GetString(value);
}
