// SPDX-License-Identifier: Apache-2.0
// Where a breakpoint stands decides what it costs (Instruction.IsEmulated says how much). The way from the entry to the
// first branch is straight, so a probe on any instruction of it sees every call once, unless a loop leads back into it; and
// it sees what the function was called with, as long as nothing has written to those registers.
namespace Agent.Probes.X86;

/// <summary>A place in a function, counted from its first instruction, that stands for its entry.</summary>
internal readonly record struct ProbeSite(int Distance, bool IsCheap)
{
    /// <summary>What a function of four arguments is called with.</summary>
    internal const Registers Arguments = Registers.Rdi | Registers.Rsi | Registers.Rdx | Registers.Rcx;

    /// <summary>
    /// What a return probe needs besides: it puts its own address where the stack pointer points to, and that is the return
    /// address only as long as nothing was pushed.
    /// </summary>
    internal const Registers Return = Registers.Rsp;

    /// <summary>The first cheap place where <paramref name="kept"/> are as they were on entry, or the entry.</summary>
    internal static ProbeSite Find(ReadOnlySpan<byte> function, Registers kept)
    {
        for (var at = 0; Decoder.TryDecode(function[at..], out var instruction); at += instruction.Length)
        {
            if (instruction.IsEmulated)
            {
                return at == 0 || !IsReentered(function, at) ? new ProbeSite(at, true) : default;
            }
            if (instruction.Kind == InstructionKind.Leave || (instruction.Writes & kept) != 0)
            {
                break;
            }
        }
        return default;
    }

    // A branch back into the part in front of the site would make it count twice.
    private static bool IsReentered(ReadOnlySpan<byte> function, int site)
    {
        var at = 0;
        while (at < function.Length)
        {
            if (!Decoder.TryDecode(function[at..], out var instruction))
            {
                return true;
            }
            at += instruction.Length;
            if (instruction.IsBranch && at + instruction.Distance > 0 && at + instruction.Distance <= site)
            {
                return true;
            }
        }
        return false;
    }
}
