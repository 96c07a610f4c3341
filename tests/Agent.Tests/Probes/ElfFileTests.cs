// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Tests.Probes;

public class ElfFileTests
{
    private static readonly string LibC = new ProcFs().MappedFile(
        Environment.ProcessId, name => name.EndsWith("/libc.so.6", StringComparison.Ordinal))!;

    [Fact]
    public void A_function_is_where_another_tool_says()
    {
        Assert.True(ElfFile.TryOpen(LibC, out var elf));
        using (elf)
        {
            Assert.True(elf.TryFindFunction("ioctl", out var offset));
            Assert.Equal(OffsetByNm("ioctl"), offset);
            Assert.False(elf.TryFindFunction("no_such_function", out _));
            Assert.False(elf.IsGo);
        }
    }

    [Fact]
    public void A_program_has_an_entry_and_a_dynamic_linker()
    {
        Assert.True(ElfFile.TryOpen("/proc/self/exe", out var elf));
        using (elf)
        {
            Assert.True(elf.IsDynamic);
            Assert.True(elf.TryFindEntry(out var entry));
            Assert.NotEqual(0UL, entry);
        }
    }

    [Fact]
    public void Other_files_are_refused()
    {
        Assert.False(ElfFile.TryOpen("/etc/passwd", out _));
        Assert.False(ElfFile.TryOpen("/dev/null", out _));
        Assert.False(ElfFile.TryOpen("/no/such/file", out _));
    }

    [Fact]
    public void A_cut_file_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, File.ReadAllBytes(LibC)[..4096]);
            Assert.False(ElfFile.TryOpen(path, out _));
        }
        finally
        {
            File.Delete(path);
        }
    }

    // The text of a shared library lies in its file where its addresses say, which nm prints.
    private static ulong OffsetByNm(string symbol)
    {
        using var nm = Process.Start(new ProcessStartInfo("nm", $"-D {LibC}") { RedirectStandardOutput = true });
        Assert.NotNull(nm);
        var line = nm.StandardOutput.ReadToEnd().Split('\n')
            .Single(text => text.EndsWith($" W {symbol}@@GLIBC_2.2.5", StringComparison.Ordinal) ||
                text.EndsWith($" T {symbol}@@GLIBC_2.2.5", StringComparison.Ordinal));
        nm.WaitForExit();
        return ulong.Parse(line.Split(' ')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
