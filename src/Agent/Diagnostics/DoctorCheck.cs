// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Diagnostics;

/// <summary>One question of the doctor and its answer.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="IsRequired">Without it nothing works; otherwise the agent runs with less.</param>
/// <param name="Failure">Null when it works, else the reason.</param>
/// <param name="Remedy">What to do about a failure.</param>
internal readonly record struct DoctorCheck(string Name, bool IsRequired, string? Failure, string Remedy)
{
    /// <summary>Tries something; a refusal is its answer.</summary>
    internal static DoctorCheck Try(string name, bool isRequired, string remedy, Action attempt)
    {
        try
        {
            attempt();
            return new DoctorCheck(name, isRequired, null, remedy);
        }
        catch (Exception refused) when (refused is BpfException or InvalidOperationException or IOException)
        {
            return new DoctorCheck(name, isRequired, refused.Message, remedy);
        }
    }

    internal void Print(TextWriter output)
    {
        output.WriteLine($"{(Failure is null ? "yes" : IsRequired ? "NO " : "no ")}  {Name}");
        if (Failure is not null)
        {
            output.WriteLine($"     why:  {Failure.ReplaceLineEndings("\n     ")}");
            output.WriteLine($"     then: {Remedy}");
        }
    }
}
