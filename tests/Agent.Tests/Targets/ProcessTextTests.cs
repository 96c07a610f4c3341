// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Targets;

namespace Agent.Tests.Targets;

/// <summary>Texts as the kernel writes them.</summary>
public class ProcessTextTests
{
    [Theory]
    [InlineData("42 (a b) S 7 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 1 2\n", 7, 98765)]
    [InlineData("42 (a) b) (c) R 8 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 1 1 2\n", 8, 1)]
    public void A_stat_line_is_read_from_its_last_parenthesis(string line, int parent, int start)
    {
        Assert.True(ProcessStat.TryParse(Encoding.UTF8.GetBytes(line), out var stat));
        Assert.Equal(new ProcessStat(parent, (ulong)start, HasEnded: false), stat);
    }

    [Theory]
    [InlineData("")]
    [InlineData("42 (a) S 7 1 1")]
    [InlineData("42 (a) S x 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 1 1 2")]
    public void A_broken_stat_line_is_refused(string line) =>
        Assert.False(ProcessStat.TryParse(Encoding.UTF8.GetBytes(line), out _));

    [Fact]
    public void Event_and_proc_agree_on_a_start() => Assert.Equal(12345UL, ProcessStat.TicksOf(123_456_789_012));

    [Fact]
    public void Only_listeners_are_taken_from_a_socket_table()
    {
        const string table = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1001 1 0 100 0 0 10 0
               1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 1002 1 0 20 4 30 10 -1
               2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1003 1 0 100 0 0 10 0
            """;
        var found = new Dictionary<ulong, ushort>();
        TcpTable.AddListeners(Encoding.UTF8.GetBytes(table), found);
        Assert.Equal(new Dictionary<ulong, ushort> { [1001] = 8080, [1003] = 80 }, found);
    }

    [Fact]
    public void A_table_of_version_6_has_longer_addresses()
    {
        const string line =
            "   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 77 1";
        var found = new Dictionary<ulong, ushort>();
        TcpTable.AddListeners(Encoding.UTF8.GetBytes(line), found);
        Assert.Equal(new Dictionary<ulong, ushort> { [77] = 443 }, found);
    }
}
