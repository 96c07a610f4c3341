// SPDX-License-Identifier: Apache-2.0
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
}
