// SPDX-License-Identifier: Apache-2.0
namespace Agent.Probes.X86;

/// <summary>What an instruction means for the way through a function, or for a probe on it.</summary>
internal enum InstructionKind : byte
{
    Other,
    Push,
    Nop,
    ConditionalJump,
    Jump,
    Call,

    /// <summary>The way ends here: return, jump or call through memory, trap.</summary>
    Leave,
}
