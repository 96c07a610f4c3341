// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Probes;
using Agent.Targets;

namespace Kernel.Tests.Uprobes;

/// <summary>Both forms of uprobe on a real library: entries and returns, several places, their cookies.</summary>
public sealed class UprobeTests : IDisposable
{
    private const ulong WriteCookie = 7;
    private const ulong ReadCookie = 1UL << 63 | 9;
    private const ulong ReturnCookie = 11;
    private const int Times = 50;
    private readonly TlsTalk _talk = new();
    private readonly string _library;

    public UprobeTests()
    {
        var proc = new ProcFs();
        _library = proc.Inside(_talk.Pid, proc.MappedFile(_talk.Pid, path => path.Contains("/libssl.so", StringComparison.Ordinal))!);
    }

    public void Dispose() => _talk.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Entries_and_returns_are_seen_with_their_cookies(bool isPerfForm)
    {
        using var bpf = OwnObject.Open("Uprobes/hits");
        if (isPerfForm)
        {
            bpf.UsePerfForm();
        }
        bpf.Load(null);
        var hits = bpf.Map<ulong, Hits>("hits");
        var (write, read) = (Function("SSL_write_ex"), Function("SSL_read_ex"));

        using (Program("on_tls_write").AttachUprobes(
            _talk.Pid, _library, new UprobePlace(write, WriteCookie), new UprobePlace(read, ReadCookie)))
        using (Program("on_tls_write_return").AttachUprobes(_talk.Pid, _library, new UprobePlace(read, ReturnCookie)))
        {
            _talk.Talk(Times);
        }
        _talk.Talk(Times); // which nobody counts any more

        Assert.Equal(2 * Times, Hits(WriteCookie).Count);
        Assert.Equal((ulong)"and back".Length, Hits(WriteCookie).Third);
        Assert.Equal(2 * Times, Hits(ReadCookie).Count);
        Assert.Equal(100UL, Hits(ReadCookie).Third);
        Assert.Equal(2 * Times, Hits(ReturnCookie | 1UL << 56).Count);
        Assert.Equal(1UL, Hits(ReturnCookie | 1UL << 56).Result);

        BpfProgram Program(string name) => bpf.Programs().Single(program => program.Name == name);

        (long Count, ulong Third, ulong Result) Hits(ulong cookie)
        {
            Assert.True(hits.TryLookup(cookie, out var found));
            return ((long)found.Count, found.Third, found.Result);
        }
    }

    [Fact]
    public void One_place_that_cannot_be_had_leaves_none()
    {
        using var bpf = OwnObject.Open("Uprobes/hits");
        bpf.UsePerfForm();
        bpf.Load(null);
        var program = bpf.Programs().Single(program => program.Name == "on_tls_write");

        var refused = Assert.Throws<BpfException>(() => program.AttachUprobes(
            _talk.Pid, _library, new UprobePlace(Function("SSL_write_ex"), WriteCookie), new UprobePlace(1UL << 40)));

        Assert.Contains("0x10000000000", refused.Message, StringComparison.Ordinal);
        _talk.Talk(Times);
        Assert.False(bpf.Map<ulong, Hits>("hits").TryLookup(WriteCookie, out _));
    }

    [Fact]
    public void This_kernel_has_the_multi_form() => Assert.True(UprobeLinks.HasMulti);

    private ulong Function(string name)
    {
        Assert.True(ElfFile.TryOpen(_library, out var elf));
        using (elf)
        {
            Assert.True(elf.TryFindFunction(name, out var offset));
            return offset;
        }
    }
}
