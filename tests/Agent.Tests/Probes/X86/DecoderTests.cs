// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using Agent.Probes.X86;

namespace Agent.Tests.Probes.X86;

/// <summary>Lengths are what another disassembler says, over all code of real libraries.</summary>
public class DecoderTests
{
    [Theory]
    [InlineData("/usr/lib/x86_64-linux-gnu/libssl.so.3")] // all 91,327
    [InlineData("/usr/lib/x86_64-linux-gnu/libgnutls.so.30")] // all but 93 of 291,005, which are data, or for one maker
    [InlineData("/usr/lib/x86_64-linux-gnu/libc.so.6")] // all 335,736
    [InlineData("/usr/bin/gofmt")] // Go: all 281,772
    public void It_agrees_about_lengths_and_kinds(string path)
    {
        var all = 0;
        var different = new List<string>();
        foreach (var (bytes, text) in Disassembled(path))
        {
            all++;
            var isKnown = Decoder.TryDecode(bytes, out var instruction);
            if (!isKnown || instruction.Length != bytes.Length || !IsKind(instruction.Kind, text))
            {
                different.Add($"{Convert.ToHexString(bytes)} {text}: {instruction}");
            }
        }
        Assert.True(all > 10000);
        Assert.True(different.Count * 1000L <= all, $"{different.Count} of {all}\n{string.Join('\n', different.Take(50))}");
    }

    [Theory]
    [InlineData("4883EC18", Registers.Rsp)] // sub $0x18,%rsp
    [InlineData("64488B042528000000", Registers.Rax)] // mov %fs:0x28,%rax
    [InlineData("85D2", Registers.None)] // test %edx,%edx
    [InlineData("4863D2", Registers.Rdx)] // movslq %edx,%rdx
    [InlineData("4889E1", Registers.Rcx)] // mov %rsp,%rcx
    [InlineData("31F6", Registers.Rsi)] // xor %esi,%esi
    [InlineData("4989F4", (Registers)(1 << 12))] // mov %rsi,%r12
    [InlineData("48897C2408", Registers.None)] // mov %rdi,0x8(%rsp)
    [InlineData("4883BF3000000000", Registers.None)] // cmpq $0,0x30(%rdi)
    [InlineData("F30F1EFA", Registers.None)] // endbr64
    [InlineData("B417", Registers.Rsp | Registers.Rax)] // mov $0x17,%ah or, with a prefix, %spl
    [InlineData("C5FA6F06", Registers.All)] // vmovdqu (%rsi),%xmm0: not looked at
    public void It_knows_what_is_written(string hex, object registers)
    {
        Assert.True(Decoder.TryDecode(Convert.FromHexString(hex), out var instruction));
        Assert.Equal(hex.Length / 2, instruction.Length);
        Assert.Equal((Registers)registers, instruction.Writes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("E800")] // cut
    [InlineData("06")] // not in 64-bit mode
    [InlineData("66E800000000")] // which processors do not agree about
    [InlineData("66666666666666666666666666666690")] // longer than an instruction can be
    public void What_it_does_not_know_it_refuses(string hex) =>
        Assert.False(Decoder.TryDecode(Convert.FromHexString(hex), out _));

    private static bool IsKind(InstructionKind kind, string text)
    {
        var name = text.Split(' ')[0];
        var isRelative = !text[name.Length..].TrimStart().StartsWith('*');
        return kind switch
        {
            InstructionKind.Push => name == "push",
            InstructionKind.Nop => text.Trim() == "nop",
            InstructionKind.Jump => name == "jmp" && isRelative,
            InstructionKind.Call => name == "call" && isRelative,
            InstructionKind.ConditionalJump => name[0] == 'j' && name is not "jmp" and not "jrcxz",
            InstructionKind.Leave => true,
            _ => !(isRelative && name is "jmp" or "call" or "ret" or "je" or "jne" or "js"),
        };
    }

    private static IEnumerable<(byte[] Bytes, string Text)> Disassembled(string path)
    {
        using var tool = Process.Start(new ProcessStartInfo("objdump", ["-d", "-w", "-j", ".text", "--insn-width=16", path])
        {
            RedirectStandardOutput = true,
        })!;
        while (tool.StandardOutput.ReadLine() is { } line)
        {
            var columns = line.Split('\t');
            if (columns.Length >= 3 && !columns[2].Contains("(bad)", StringComparison.Ordinal) && columns[2][0] != '.')
            {
                var bytes = columns[1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                yield return ([.. bytes.Select(one => byte.Parse(one, NumberStyles.HexNumber, CultureInfo.InvariantCulture))], columns[2]);
            }
        }
        tool.WaitForExit();
    }
}
