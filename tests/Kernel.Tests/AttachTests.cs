// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Bpf;
using Agent.Probes;
using Agent.Propagation;
using Agent.Sources;
using Agent.Targets;

namespace Kernel.Tests;

/// <summary>Every program at its hook, in cgroups and namespaces of the test.</summary>
public class AttachTests
{
    [Fact]
    public void Socket_programs_go_to_the_cgroups_of_targets_and_leave_with_the_last()
    {
        using var cgroup = new OwnCgroup();
        using var sockets = Objects.Load("sockets");
        using var probe = new Sockets(sockets, cgroup.Tree);
        var first = Process(1, cgroup.Path);
        var second = Process(2, cgroup.Path);
        probe.Attach(first);
        probe.Attach(second);
        Assert.Equal([cgroup.Path], probe.Attached);
        probe.Detach(first);
        Assert.Equal([cgroup.Path], probe.Attached);
        probe.Detach(second);
        Assert.Empty(probe.Attached);
    }

    [Fact]
    public void What_was_attached_ahead_stays_without_targets()
    {
        using var cgroup = new OwnCgroup();
        using var sockets = Objects.Load("sockets");
        using var probe = new Sockets(sockets, cgroup.Tree);
        var inner = Process(1, cgroup.Below("inner"));
        probe.AttachAhead(cgroup.Path);
        probe.Attach(inner);
        Assert.Equal([cgroup.Path], probe.Attached);
        probe.Detach(inner);
        Assert.Equal([cgroup.Path], probe.Attached);
    }

    [Fact]
    public void A_cgroup_inside_another_gets_its_own_programs_only_without_the_outer()
    {
        using var cgroup = new OwnCgroup();
        using var sockets = Objects.Load("sockets");
        using var probe = new Sockets(sockets, cgroup.Tree);
        var inner = Process(1, cgroup.Below("inner"));
        var outer = Process(2, cgroup.Path);
        probe.Attach(inner);
        Assert.Equal([inner.Cgroup], probe.Attached);
        probe.Attach(outer);
        Assert.Equal([outer.Cgroup], probe.Attached);
        probe.Detach(outer);
        Assert.Equal([inner.Cgroup], probe.Attached);
    }

    [Fact]
    public void A_cgroup_that_is_gone_is_a_refusal_with_its_path()
    {
        using var cgroup = new OwnCgroup();
        using var sockets = Objects.Load("sockets");
        using var probe = new Sockets(sockets, cgroup.Tree);
        var refusal = Assert.Throws<BpfException>(() => probe.Attach(Process(1, cgroup.Path + "/gone")));
        Assert.Contains(cgroup.Path + "/gone", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(LibC.ErrorNoEntry, refusal.Errno);
    }

    [Fact]
    public void Raw_tracepoints_attach()
    {
        using var process = Objects.Load("process");
        var programs = process.Programs().Where(program => program.IsTracing).ToArray();
        Assert.Equal(4, programs.Length);
        Array.ForEach(programs, program => program.Attach().Dispose());
    }

    [Fact]
    public void The_message_program_attaches_to_its_sockmap()
    {
        using var sockmap = Objects.Load("sockmap");
        Http1Header.Attach(sockmap);
    }

    [Fact]
    public void The_packet_program_attaches_in_another_network_namespace()
    {
        const int loopback = 1;
        using var reenrol = Objects.Load("reenrol");
        var program = reenrol.Programs().Single(candidate => candidate.IsTcx);
        NetworkNamespace.RunInNew(() => program.AttachTcx(loopback).Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_option_writer_attaches_in_two_ways_and_comes_back(bool asFilter)
    {
        const int loopback = 1;
        using var traffic = Objects.Load("traffic");
        NetworkNamespace.RunInNew(() =>
        {
            foreach (var program in traffic.Programs())
            {
                for (var i = 0; i < 2; i++)
                {
                    Traffic.Attach(program, loopback, asFilter ? Agent.Config.TrafficBackend.Filter : Agent.Config.TrafficBackend.Link).Dispose();
                }
            }
        });
    }

    [Fact]
    public void A_namespace_that_is_gone_is_a_refusal()
    {
        var refusal = Assert.Throws<BpfException>(() => NetworkNamespace.RunIn("/proc/0/ns/net", () => { }));
        Assert.Equal(LibC.ErrorNoEntry, refusal.Errno);
    }

    [Fact]
    public void The_ioctl_probe_attaches_to_the_library_of_another_process()
    {
        var proc = new ProcFs();
        using var child = System.Diagnostics.Process.Start(new ProcessStartInfo("sleep", "30"))!;
        using var fionread = Objects.Load("fionread");
        using var reaper = new LinkReaper();
        using var watch = new FionreadWatch(fionread, proc, reaper, isNeeded: true);
        Assert.True(proc.TryReadStat(child.Id, out var stat));
        var target = new TargetProcess(child.Id, stat.StartTicks, proc.Executable(child.Id)!, OwnTarget(child.Id))
        {
            Cgroup = "/",
            NetworkNamespace = 0,
        };
        try
        {
            watch.Attach(target);
            watch.WaitUntilDone();
            var watches = fionread.Map<uint, Agent.Contract.Watch>("watches");
            Assert.True(watches.TryLookup((uint)child.Id, out var state));
            Assert.Equal(Agent.Contract.WatchState.Quiet, state.State);
            watch.Unwatch(child.Id);
        }
        finally
        {
            child.Kill();
            child.WaitForExit();
        }
    }

    private static Target OwnTarget(int pid) => new(pid, "x", new([]));

    private static TargetProcess Process(int pid, string cgroup) => new(pid, 0, "/x", OwnTarget(pid))
    {
        Cgroup = cgroup,
        NetworkNamespace = 0,
    };
}
