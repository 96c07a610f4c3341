// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Diagnostics;
using Agent.Targets;

namespace Kernel.Tests;

public class DoctorTests
{
    [Fact]
    public void With_every_right_nothing_that_is_required_is_missing_and_nothing_is_left_behind()
    {
        using var cgroup = new OwnCgroup();
        using var output = new StringWriter();
        var report = new Doctor(new ProcFs(), cgroup.Path, EnvironmentReader.Read(_ => null)).Examine();
        report.Print(output);
        Assert.True(report.IsUsable);
        var text = output.ToString();
        foreach (var name in Objects.Names)
        {
            Assert.Contains($"  {name}: ", text, StringComparison.Ordinal);
        }
        Assert.DoesNotContain("NO ", text, StringComparison.Ordinal);
        Assert.Matches("canary:   fionread (right|wrong), .*bytes right, .*backpressure right\n", text);
        Assert.Matches("lockdown: (none|integrity): programs may .*; /sys/kernel/security/lockdown: (none|integrity|not mounted)\n", text);
        Assert.Contains("tls:      read, linked by connection and TCP option; headers are not written into it: ", text, StringComparison.Ordinal);
        Assert.Contains("governor: 10 µs per ordinary request, measured every 10 s", text, StringComparison.Ordinal);
        Assert.Contains("guard:    looks every 10 s", text, StringComparison.Ordinal);
        Assert.Contains("metrics:  off", text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(cgroup.Directory));
    }

    [Fact]
    public void A_missing_hierarchy_is_named_with_what_to_do()
    {
        var root = Directory.CreateTempSubdirectory("hilo-proc-").FullName;
        try
        {
            using var output = new StringWriter();
            var report = new Doctor(new ProcFs(root), null, EnvironmentReader.Read(_ => null)).Examine();
            report.Print(output);
            Assert.False(report.IsUsable);
            Assert.Contains("NO   cgroup v2 hierarchy", output.ToString(), StringComparison.Ordinal);
            Assert.Contains("mount -t cgroup2", output.ToString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root);
        }
    }
}
