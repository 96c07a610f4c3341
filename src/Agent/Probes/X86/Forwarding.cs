// SPDX-License-Identifier: Apache-2.0
// Functions of an interface are often one call: SSL_read and SSL_read_ex of OpenSSL make the same internal function do
// the work, and are themselves not cheap to probe, whereas that one begins with a push. In such a pair SSL_read asks for
// the count by an address on its stack and refuses negative sizes before; SSL_read_ex passes on what it was given.
namespace Agent.Probes.X86;

/// <summary>What a function calls first, with the arguments that it has itself.</summary>
/// <param name="Distance">Of what is called, from the first instruction.</param>
/// <param name="Intact">Registers that are as they were on entry, sign extension aside.</param>
/// <param name="OnStack">Registers that hold an address on the stack of the function.</param>
internal readonly record struct Forwarding(long Distance, Registers Intact, Registers OnStack)
{
    /// <summary>
    /// False when there is a way around the call, other than that of <c>test edx, edx; js</c>, or no relative call.
    /// </summary>
    internal static bool TryFind(ReadOnlySpan<byte> function, out Forwarding forwarding)
    {
        var intact = Registers.All;
        var onStack = Registers.None;
        for (var at = 0; Decoder.TryDecode(function[at..], out var instruction); at += instruction.Length)
        {
            switch (instruction.Kind)
            {
                case InstructionKind.Call or InstructionKind.Jump:
                    forwarding = new Forwarding(at + instruction.Length + (long)instruction.Distance, intact, onStack);
                    return true;
                case InstructionKind.ConditionalJump when IsNegativeSize(function, at):
                    break;
                case InstructionKind.Leave or InstructionKind.ConditionalJump:
                    forwarding = default;
                    return false;
            }
            var move = instruction.Move;
            if (move is { Kind: RegisterMove.How.SignExtended } && move.To == move.From)
            {
                continue;
            }
            intact &= ~instruction.Writes;
            onStack &= ~instruction.Writes;
            if (move is { Kind: RegisterMove.How.Copy or RegisterMove.How.Address, From: Registers.Rsp })
            {
                onStack |= move.To;
            }
        }
        forwarding = default;
        return false;
    }

    private static bool IsNegativeSize(ReadOnlySpan<byte> function, int at) =>
        at >= 2 && function[at - 2] == 0x85 && function[at - 1] == 0xd2 &&
        (function[at] == 0x78 || (function[at] == 0x0f && function[at + 1] == 0x88));
}
