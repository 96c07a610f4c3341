// SPDX-License-Identifier: Apache-2.0
namespace Agent.Probes.X86;

/// <summary>General purpose registers, numbered as instructions number them.</summary>
[Flags]
internal enum Registers
{
    None = 0,
    Rax = 1,
    Rcx = 1 << 1,
    Rdx = 1 << 2,
    Rbx = 1 << 3,
    Rsp = 1 << 4,
    Rbp = 1 << 5,
    Rsi = 1 << 6,
    Rdi = 1 << 7,
    R8 = 1 << 8,
    R11 = 1 << 11,
    All = 0xffff,
}
