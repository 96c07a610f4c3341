// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Tests.Targets;

public class TargetSelectorTests
{
    [Theory]
    [InlineData("80", 80, true)]
    [InlineData("80", 81, false)]
    [InlineData("80,443,8000-8999", 443, true)]
    [InlineData("80,443,8000-8999", 8000, true)]
    [InlineData("80,443,8000-8999", 8999, true)]
    [InlineData("80,443,8000-8999", 9000, false)]
    [InlineData(" 80 , 90 - 92 ", 91, true)]
    public void Ports_are_lists_and_ranges(string text, int port, bool expected)
    {
        Assert.True(PortRanges.TryParse(text, out var ranges));
        Assert.Equal(expected, ranges.Contains((ushort)port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http")]
    [InlineData("0")]
    [InlineData("70000")]
    [InlineData("90-80")]
    [InlineData("80-")]
    [InlineData("80;90")]
    public void Bad_ports_are_refused(string text) => Assert.False(PortRanges.TryParse(text, out _));

    [Fact]
    public void Without_a_word_whoever_listens_is_chosen_except_the_programs_of_the_host()
    {
        var selector = new TargetSelector(null, null, new HashSet<int>());
        Assert.True(selector.UsesPorts);
        Assert.True(selector.MatchesPort(8080, "/srv/app"));
        Assert.False(selector.MatchesPort(22, "/usr/sbin/sshd"));
        Assert.False(selector.MatchesProcess(1, "/srv/app"));
    }

    [Fact]
    public void A_named_port_chooses_even_a_program_of_the_host()
    {
        Assert.True(PortRanges.TryParse("22", out var ports));
        var selector = new TargetSelector(ports, null, new HashSet<int>());
        Assert.True(selector.MatchesPort(22, "/usr/sbin/sshd"));
        Assert.False(selector.MatchesPort(8080, "/srv/app"));
    }

    [Fact]
    public void Any_match_is_enough()
    {
        Assert.True(PortRanges.TryParse("80", out var ports));
        Assert.True(Glob.TryParse("*/curl", out var executable));
        var selector = new TargetSelector(ports, executable, new HashSet<int> { 7 });
        Assert.True(selector.MatchesProcess(7, "/x"));
        Assert.True(selector.MatchesProcess(8, "/usr/bin/curl"));
        Assert.False(selector.MatchesProcess(8, "/usr/bin/wget"));
        Assert.True(selector.MatchesPort(80, "/x"));
    }

    [Fact]
    public void Without_ports_a_listener_is_not_chosen_for_listening()
    {
        Assert.True(Glob.TryParse("*/curl", out var executable));
        var selector = new TargetSelector(null, executable, new HashSet<int>());
        Assert.False(selector.UsesPorts);
        Assert.False(selector.MatchesPort(80, "/x"));
    }
}
