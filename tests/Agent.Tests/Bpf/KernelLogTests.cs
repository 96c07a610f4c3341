// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Tests.Bpf;

public class KernelLogTests
{
    [Fact]
    public void The_tail_of_a_verifier_log_is_the_refusal_without_statistics()
    {
        var lines = Enumerable.Range(0, 100).Select(i => $"{i}: (b7) r0 = {i}").Append("invalid access to map value");
        var log = string.Join('\n', lines) + "\nprocessed 100 insns (limit 1000000)\nstack depth 8\n";
        var tail = KernelLog.VerifierTail(log).Split('\n');
        Assert.Equal("invalid access to map value", tail[^1].Trim());
        Assert.Equal("89: (b7) r0 = 89", tail[0].Trim());
        Assert.Equal(12, tail.Length);
    }

    [Fact]
    public void An_object_that_is_none_is_refused_with_a_reason()
    {
        KernelLog.Capture();
        var refusal = Assert.Throws<BpfException>(() => BpfObject.Open("junk", "this is no ELF file at all"u8));
        Assert.Contains("cannot open BPF object junk", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_that_is_not_embedded_is_named()
    {
        var refusal = Assert.Throws<InvalidOperationException>(() => BpfObject.Open("nothing"));
        Assert.Contains("nothing.bpf.o", refusal.Message, StringComparison.Ordinal);
    }
}
