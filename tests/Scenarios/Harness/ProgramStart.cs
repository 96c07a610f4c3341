// SPDX-License-Identifier: Apache-2.0
namespace Scenarios.Harness;

/// <summary>What is needed to start a program.</summary>
internal sealed record ProgramStart(params string[] Command)
{
    public Dictionary<string, string> Environment { get; init; } = [];

    public string? Folder { get; init; }

    public string Input { get; init; } = "";

    /// <summary>How long after its start it gets its input: a client that waits for it is known to the agent by then.</summary>
    public int InputAfterMilliseconds { get; init; }

    public ProgramStart Named(string service) =>
        this with { Environment = new(Environment) { ["OTEL_SERVICE_NAME"] = service } };
}
