// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Agent.Targets;

namespace Agent.Tests.Targets;

/// <summary>Against the process the tests run in.</summary>
public class ProcFsTests
{
    private readonly ProcFs _proc = new();

    [Fact]
    public void This_process_is_described()
    {
        var self = Environment.ProcessId;
        Assert.Contains(self, _proc.Processes());
        Assert.True(_proc.TryReadStat(self, out var stat));
        Assert.True(stat.ParentPid > 0);
        Assert.Equal(Environment.ProcessPath, _proc.Executable(self));
        Assert.NotEmpty(_proc.CommandLine(self));
        Assert.NotEqual(0UL, _proc.NetworkNamespace(self));
        Assert.NotNull(_proc.MappedFile(self, name => name.EndsWith("/libc.so.6", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_listener_is_found_by_its_inode()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var self = Environment.ProcessId;
        Assert.Contains((ushort)port, new ProcessScan(_proc).PortsOf(self));
        Assert.Contains((ushort)port, _proc.Listeners(self).Values);
    }

    [Fact]
    public void The_environment_is_that_of_the_start()
    {
        using var child = Process.Start(new ProcessStartInfo("sleep", "30") { Environment = { ["HILO_TEST"] = "a=b c" } });
        Assert.NotNull(child);
        try
        {
            Assert.Equal("a=b c", _proc.EnvironmentVariable(child.Id, "HILO_TEST"));
            Assert.Null(_proc.EnvironmentVariable(child.Id, "HILO_TES"));
            Assert.Contains(child.Id, new ProcessScan(_proc).ChildrenOf(Environment.ProcessId));
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    [Fact]
    public void A_process_has_children_as_long_as_they_run()
    {
        using var parent = Process.Start("sh", ["-c", "sleep 30 & echo $!; wait"]);
        Assert.NotNull(parent);
        try
        {
            Assert.True(SpinWait.SpinUntil(() => _proc.MayHaveChildren(parent.Id), TimeSpan.FromSeconds(5)));
            var child = Assert.Single(new ProcessScan(_proc).ChildrenOf(parent.Id));
            Assert.False(_proc.MayHaveChildren(child));
        }
        finally
        {
            parent.Kill(entireProcessTree: true);
            parent.WaitForExit();
        }
    }

    [Fact]
    public void What_ended_but_was_not_waited_for_has_ended()
    {
        Assert.True(ProcessStat.TryParse("7 (a) b) Z 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 42 0"u8, out var stat));
        Assert.Equal(new ProcessStat(1, 42, HasEnded: true), stat);
    }

    [Fact]
    public void A_process_that_is_gone_has_no_answers()
    {
        const int gone = int.MaxValue;
        Assert.False(_proc.TryReadStat(gone, out _));
        Assert.Null(_proc.Executable(gone));
        Assert.Null(_proc.Cgroup(gone));
        Assert.Empty(_proc.CommandLine(gone));
        Assert.Empty(_proc.Descriptors(gone));
        Assert.Equal(0UL, _proc.NetworkNamespace(gone));
    }
}
