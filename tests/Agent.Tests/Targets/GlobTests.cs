// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Tests.Targets;

public class GlobTests
{
    [Theory]
    [InlineData("/usr/bin/curl", "/usr/bin/curl", true)]
    [InlineData("/usr/bin/curl", "/usr/bin/curls", false)]
    [InlineData("*/nginx", "/usr/sbin/nginx", true)]
    [InlineData("*/nginx", "nginx", false)]
    [InlineData("*nginx*", "/opt/nginx/sbin/x", true)]
    [InlineData("*/python3.?", "/usr/bin/python3.9", true)]
    [InlineData("*/python3.?", "/usr/bin/python3.11", false)]
    [InlineData("*/{nginx,python3*}", "/usr/bin/python3.11", true)]
    [InlineData("*/{nginx,python3*}", "/usr/sbin/nginx", true)]
    [InlineData("*/{nginx,python3*}", "/usr/sbin/apache2", false)]
    [InlineData("/{usr,opt}/{bin,sbin}/a", "/opt/sbin/a", true)]
    [InlineData("/{usr,opt/{x,y}}/a", "/opt/y/a", true)]
    [InlineData("/{usr,opt/{x,y}}/a", "/opt/a", false)]
    [InlineData("*a*b*c", "/1a2b3c", true)]
    [InlineData("*a*b*c", "/1a2c3b", false)]
    [InlineData("*aab", "/aaab", true)]
    [InlineData("*", "", true)]
    [InlineData("*otelcol[!/]*", "/bin/otelcol-x", true)]
    [InlineData("*otelcol[!/]*", "/otelcol/x", false)]
    [InlineData("/srv/v[0-9]", "/srv/v7", true)]
    [InlineData("/srv/v[0-9]", "/srv/vx", false)]
    [InlineData("/srv/[a]", "/srv/a", true)]
    [InlineData("/srv/[", "/srv/[", true)]
    [InlineData("a{,b}", "a", true)]
    public void Matches_whole_paths(string pattern, string path, bool expected)
    {
        Assert.True(Glob.TryParse(pattern, out var glob));
        Assert.Equal(expected, glob.Matches(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{a,b")]
    [InlineData("a}")]
    [InlineData("{a,{b}")]
    [InlineData("{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}{0,1}")]
    public void Rejects_what_cannot_be_meant(string pattern) => Assert.False(Glob.TryParse(pattern, out _));

    [Theory]
    [InlineData("*", true)]
    [InlineData("**", true)]
    [InlineData("{/a,*}", true)]
    [InlineData("a{,b}", false)]
    [InlineData("{a,}", false)]
    [InlineData("/*", false)]
    [InlineData("*?", false)]
    public void Everything_is_stars_only(string pattern, bool expected)
    {
        Assert.True(Glob.TryParse(pattern, out var glob));
        Assert.Equal(expected, glob.IsEverything);
    }

    [Fact]
    public void Many_stars_do_not_explode()
    {
        Assert.True(Glob.TryParse(string.Concat(Enumerable.Repeat("*a", 30)) + "b", out var glob));
        Assert.False(glob.Matches(new string('a', 4000)));
    }
}
