// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Tests.Bpf;

/// <summary>The kernel's types, reduced to what the objects name, against all of them.</summary>
public class BtfReductionTests
{
    private static readonly HashSet<string> Named =
    [
        "sock", "__sk_common", "sk_sndbuf", "sock_common", "skc_family", "skc_flags", "task_struct", "comm", "group_leader",
        "start_boottime", "tcp_sock", "rcv_nxt",
    ];

    private static readonly byte[] Kernel = File.ReadAllBytes(KernelTypes.Source);
    private static readonly Btf Reduced = new(BtfReduction.Of(Kernel, Named));

    [Theory]
    [InlineData("sock", "__sk_common")]
    [InlineData("sock", "sk_sndbuf")]
    [InlineData("task_struct", "comm")]
    [InlineData("task_struct", "group_leader")]
    [InlineData("task_struct", "start_boottime")]
    [InlineData("tcp_sock", "rcv_nxt")]
    public void A_named_member_is_where_it_was(string type, string member)
    {
        Assert.True(new Btf(Kernel).TryFindStruct(type, out var whole));
        Assert.True(Reduced.TryFindStruct(type, out var reduced));

        Assert.Equal(whole.Size, reduced.Size);
        Assert.Equal(
            whole.Members.Single(other => other.Name == member), reduced.Members.Single(other => other.Name == member));
    }

    [Fact]
    public void What_nobody_names_is_gone()
    {
        Assert.False(Reduced.TryFindStruct("sk_buff", out _));
        Assert.True(Reduced.TryFindStruct("task_struct", out var task));
        Assert.All(task.Members, member => Assert.True(member.Name.Length == 0 || Named.Contains(member.Name), member.Name));
    }

    [Fact]
    public void Members_of_unnamed_unions_can_still_be_found()
    {
        Assert.True(Reduced.TryFindStruct("sock_common", out var common));
        Assert.Contains(common.Members, member => member.Name.Length == 0);
        Assert.Contains("skc_flags", Reduced.Names);
    }

    [Fact]
    public void It_is_a_small_part() => Assert.InRange(BtfReduction.Of(Kernel, Named).Length, 100, 20_000);

    [Fact]
    public void Something_else_is_refused() =>
        Assert.Throws<InvalidDataException>(() => BtfReduction.Of(new byte[100], []));
}
