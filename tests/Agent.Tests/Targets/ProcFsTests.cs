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
