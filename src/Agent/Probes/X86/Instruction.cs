// SPDX-License-Identifier: Apache-2.0
namespace Agent.Probes.X86;

/// <summary>One decoded instruction.</summary>
/// <param name="Length">In bytes.</param>
/// <param name="Kind">What it does to the way through the function.</param>
/// <param name="Writes">Registers that it may change; all of them where that is not known.</param>
/// <param name="Distance">Of a relative branch: from the end of the instruction to its target.</param>
/// <param name="Move">What it copies, if that is all it does.</param>
internal readonly record struct Instruction(
    int Length, InstructionKind Kind, Registers Writes, int Distance = 0, RegisterMove Move = default)
{
    internal bool IsBranch => Kind is InstructionKind.ConditionalJump or InstructionKind.Jump or InstructionKind.Call;

    /// <summary>
    /// The kernel carries out by itself what a breakpoint on this replaces, instead of letting the program step over a copy.
    /// Measured on 6.18 as ns per hit, in one run in a virtual machine: push 590 to 750, jcc 520, jmp 550, call 600, nop 710,
    /// a nop of five bytes 270; endbr64, sub, mov, lea, test, xor, pop, ret, push of a constant 5,400 to 7,400. A return
    /// probe adds 300 to 400 to what its own breakpoint costs. That is a factor of ten where a debug exception leaves the machine.
    /// </summary>
    internal bool IsEmulated => Kind is not (InstructionKind.Other or InstructionKind.Leave);
}
