// SPDX-License-Identifier: Apache-2.0
// Which general purpose registers an instruction may change. Exact for what compilers use in the first block of a function;
// for the rest the answer is all of them.
namespace Agent.Probes.X86;

/// <summary>Interprets the parts of an instruction.</summary>
internal static class Meaning
{
    internal static Instruction Of(in Encoding parts) => new(parts.Length, Kind(parts), Writes(parts), parts.Distance, Move(parts));

    private static InstructionKind Kind(in Encoding parts)
    {
        if (parts.IsVector)
        {
            return InstructionKind.Other;
        }
        return parts.Map switch
        {
            Encoding.OneByte => parts.Opcode switch
            {
                >= 0x50 and <= 0x57 when HasNoPrefix(parts) => InstructionKind.Push,
                0x90 when HasNoPrefix(parts) && parts.Rex == 0 => InstructionKind.Nop,
                >= 0x70 and <= 0x7f when HasNoPrefix(parts) => InstructionKind.ConditionalJump,
                0xe9 or 0xeb when HasNoPrefix(parts) => InstructionKind.Jump,
                0xe8 when HasNoPrefix(parts) => InstructionKind.Call,
                (>= 0x70 and <= 0x7f) or (>= 0xe0 and <= 0xe3) or 0xe8 or 0xe9 or 0xeb or 0xc2 or 0xc3 or 0xca or 0xcb or
                    0xcc or 0xcd or 0xcf or 0xf4 => InstructionKind.Leave,
                0xff when (parts.Reg & 7) is >= 2 and <= 5 => InstructionKind.Leave,
                _ => InstructionKind.Other,
            },
            Encoding.TwoByte => parts.Opcode switch
            {
                >= 0x80 and <= 0x8f when HasNoPrefix(parts) => InstructionKind.ConditionalJump,
                (>= 0x80 and <= 0x8f) or 0x05 or 0x0b or 0x34 or 0xb9 or 0xff => InstructionKind.Leave,
                _ => InstructionKind.Other,
            },
            _ => InstructionKind.Other,
        };
    }

    private static bool HasNoPrefix(in Encoding parts) => !parts.HasOperandPrefix && !parts.HasOtherPrefix;

    private static Registers Writes(in Encoding parts) => parts switch
    {
        { IsVector: true } => Registers.All,
        { Map: Encoding.OneByte } => OneByteWrites(parts),
        { Map: Encoding.TwoByte } => TwoByteWrites(parts),
        _ => Registers.All,
    };

    private static Registers OneByteWrites(in Encoding parts)
    {
        var low = Register((parts.Opcode & 7) | (parts.Rex & 1) << 3);
        return parts.Opcode switch
        {
            >= 0x38 and <= 0x3d => Registers.None, // cmp
            < 0x40 => (parts.Opcode & 7) switch
            {
                0 or 1 => Target(parts),
                2 or 3 => Reg(parts),
                _ => Registers.Rax,
            },
            >= 0x50 and <= 0x57 => Registers.Rsp,
            >= 0x58 and <= 0x5f => low | Registers.Rsp,
            0x63 or 0x69 or 0x6b => Reg(parts),
            0x68 or 0x6a => Registers.Rsp,
            >= 0x70 and <= 0x7f => Registers.None,
            >= 0x80 and <= 0x83 => (parts.Reg & 7) == 7 ? Registers.None : Target(parts),
            0x84 or 0x85 => Registers.None, // test
            0x86 or 0x87 => Target(parts) | Reg(parts),
            0x88 or 0x89 => Target(parts),
            0x8a or 0x8b or 0x8d => Reg(parts),
            0x90 => parts.Rex == 0 ? Registers.None : low | Registers.Rax,
            >= 0x91 and <= 0x97 => low | Registers.Rax,
            0x98 => Registers.Rax,
            0x99 => Registers.Rdx,
            0xa8 or 0xa9 => Registers.None,
            >= 0xb0 and <= 0xb7 => low | Register(parts.Opcode & 3), // ah, ch, dh, bh without REX
            >= 0xb8 and <= 0xbf => low,
            0xc0 or 0xc1 or (>= 0xd0 and <= 0xd3) or 0xc6 or 0xc7 => Target(parts),
            0xc9 => Registers.Rsp | Registers.Rbp,
            0xe8 => Registers.All,
            0xe9 or 0xeb => Registers.None,
            0xf6 or 0xf7 => (parts.Reg & 7) switch
            {
                0 or 1 => Registers.None,
                2 or 3 => Target(parts),
                _ => Registers.Rax | Registers.Rdx,
            },
            0xfe or 0xff when (parts.Reg & 7) < 2 => Target(parts),
            0xff when (parts.Reg & 7) == 6 => Registers.Rsp,
            _ => Registers.All,
        };
    }

    private static Registers TwoByteWrites(in Encoding parts) => parts.Opcode switch
    {
        >= 0x10 and <= 0x1f => Registers.None, // SSE moves, hints, endbr64
        0x28 or 0x29 or 0x2a or 0x2b or 0x2e or 0x2f => Registers.None,
        >= 0x40 and <= 0x4f => Reg(parts),
        (>= 0x54 and <= 0x5f) or 0x6e or 0x6f or 0x7f or 0xd6 or 0xef => Registers.None,
        0x7e => Target(parts),
        >= 0x80 and <= 0x8f => Registers.None,
        >= 0x90 and <= 0x9f => Target(parts),
        0xa3 => Registers.None, // bt
        0xab or 0xb3 or 0xbb or 0xa4 or 0xa5 or 0xac or 0xad => Target(parts),
        0xba => (parts.Reg & 7) == 4 ? Registers.None : Target(parts),
        0xaf or (>= 0xb6 and <= 0xb8) or (>= 0xbc and <= 0xbf) => Reg(parts),
        >= 0xc8 and <= 0xcf => Register((parts.Opcode & 7) | (parts.Rex & 1) << 3),
        _ => Registers.All,
    };

    private static RegisterMove Move(in Encoding parts)
    {
        if (parts.IsVector || parts.Map != Encoding.OneByte || !HasNoPrefix(parts) || parts.Base < 0)
        {
            return default;
        }
        return parts switch
        {
            { Opcode: 0x89, IsWide: true, IsRegister: true } => new(RegisterMove.How.Copy, Register(parts.Base), Reg(parts)),
            { Opcode: 0x8b, IsWide: true, IsRegister: true } => new(RegisterMove.How.Copy, Reg(parts), Register(parts.Base)),
            { Opcode: 0x63, IsWide: true, IsRegister: true } =>
                new(RegisterMove.How.SignExtended, Reg(parts), Register(parts.Base)),
            { Opcode: 0x8d, IsWide: true } => new(RegisterMove.How.Address, Reg(parts), Register(parts.Base)),
            _ => default,
        };
    }

    private static Registers Target(in Encoding parts) => parts.IsRegister ? Whole(parts, parts.Base) : Registers.None;

    private static Registers Reg(in Encoding parts) => Whole(parts, parts.Reg);

    // Without REX the bytes 4 to 7 are the second ones of registers 0 to 3.
    private static Registers Whole(in Encoding parts, int register)
    {
        var isByte = parts.Map == Encoding.OneByte ? (parts.Opcode & 1) == 0 : parts.Opcode is >= 0x90 and <= 0x9f;
        return isByte && register is >= 4 and < 8 && parts.Rex == 0
            ? Register(register) | Register(register - 4)
            : Register(register);
    }

    private static Registers Register(int number) => (Registers)(1 << number);
}
