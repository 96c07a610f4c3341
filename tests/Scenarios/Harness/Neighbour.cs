// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;

namespace Scenarios.Harness;

/// <summary>Somebody else's BPF programs (Services/bpf): on the traced cgroup of a sandbox, and on an interface.</summary>
internal sealed partial class Neighbour
{
    private readonly RunningProgram _program;

    private Neighbour(RunningProgram program)
    {
        _program = program;
    }

    public static Neighbour Start(Sandbox sandbox, string kind, string networkInterface = "lo")
    {
        var (code, loader) = Build.Neighbour();
        var program = sandbox.StartOutside(new ProgramStart(loader, code, sandbox.Traced.Folder, kind, networkInterface));
        program.WaitFor(() => program.Output.Contains("ready", StringComparison.Ordinal), "line with `ready`");
        return new Neighbour(program);
    }

    /// <summary>Ends it; what its programs have seen.</summary>
    public Dictionary<string, long> Stop()
    {
        Assert.Equal(0, _program.Stop(Native.SigTerm));
        return Pair().Matches(_program.Output).ToDictionary(
            match => match.Groups[1].Value, match => long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"([a-z]+)=(\d+)")]
    private static partial Regex Pair();
}
