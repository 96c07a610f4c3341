// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Tests.Diagnostics;

public class LockdownTests
{
    [Theory]
    [InlineData("[none] integrity confidentiality\n", "none")]
    [InlineData("none [integrity] confidentiality\n", "integrity")]
    [InlineData("none integrity [confidentiality]\n", "confidentiality")]
    [InlineData("unheard of\n", "unheard of")]
    public void Of_the_modes_the_one_in_brackets_counts(string modes, string chosen) => Assert.Equal(chosen, Lockdown.Chosen(modes));

    [Theory]
    [InlineData(true, true, "none: ")]
    [InlineData(false, true, "integrity: ")]
    [InlineData(false, false, "confidentiality: ")]
    [InlineData(null, true, "not found out")]
    public void What_programs_may_do_names_the_mode_whatever_the_kernel_says(bool? writes, bool? reads, string mode)
    {
        Assert.StartsWith(mode, new Lockdown(writes, reads, null).Describe(), StringComparison.Ordinal);
        Assert.EndsWith("/sys/kernel/security/lockdown: not mounted", new Lockdown(writes, reads, null).Describe(), StringComparison.Ordinal);
        Assert.EndsWith("/sys/kernel/security/lockdown: integrity", new Lockdown(writes, reads, "integrity").Describe(), StringComparison.Ordinal);
    }
}
