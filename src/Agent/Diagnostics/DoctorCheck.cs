// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Diagnostics;

/// <summary>One question of the doctor and its answer.</summary>
/// <param name="Name">What was tried.</param>
/// <param name="IsRequired">Without it nothing works; otherwise the agent runs with less.</param>
/// <param name="Answer">How it went.</param>
/// <param name="Reason">Null when it works.</param>
/// <param name="Remedy">What to do about a failure.</param>
internal sealed record DoctorCheck(string Name, bool IsRequired, DoctorAnswer Answer, string? Reason, string Remedy)
{
    /// <summary>Tries something; a refusal is its answer.</summary>
    internal static DoctorCheck Try(string name, bool isRequired, string remedy, Action attempt, DoctorAnswer otherwise = DoctorAnswer.No)
    {
        try
        {
            attempt();
            return new DoctorCheck(name, isRequired, DoctorAnswer.Yes, null, remedy);
        }
        catch (Exception refused) when (refused is BpfException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return new DoctorCheck(name, isRequired, otherwise, refused.Message, remedy);
        }
    }

    internal void Print(TextWriter output)
    {
        var answer = Answer switch
        {
            DoctorAnswer.Yes => "yes",
            DoctorAnswer.Degraded => "part",
            _ => IsRequired ? "NO" : "no",
        };
        output.WriteLine($"{answer,-4} {Name}");
        if (Reason is not null)
        {
            output.WriteLine($"     why:  {Reason.ReplaceLineEndings("\n     ")}");
            output.WriteLine($"     then: {Remedy}");
        }
    }
}
