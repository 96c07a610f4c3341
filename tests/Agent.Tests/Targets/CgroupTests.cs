// SPDX-License-Identifier: Apache-2.0
using Agent.Sources;
using Agent.Targets;

namespace Agent.Tests.Targets;

public sealed class CgroupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hilo-proc-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_mount_may_be_anywhere_and_the_confinement_given_either_way()
    {
        Mount("/", "/sys/fs/cgroup/unified");
        foreach (var confinement in (string[])["/a/b", "a/b/", "/sys/fs/cgroup/unified/a/b"])
        {
            var tree = CgroupTree.Find(new ProcFs(_root), confinement);
            Assert.NotNull(tree);
            Assert.Equal("/a/b", tree.Confinement);
            Assert.Equal("/sys/fs/cgroup/unified/a/b/c", tree.Directory("/a/b/c"));
            Assert.True(tree.Allows("/a/b"));
            Assert.True(tree.Allows("/a/b/c"));
            Assert.False(tree.Allows("/a/bc"));
            Assert.False(tree.Allows("/"));
        }
    }

    [Fact]
    public void Without_confinement_everything_is_allowed()
    {
        Mount("/", "/sys/fs/cgroup");
        var tree = CgroupTree.Find(new ProcFs(_root), null);
        Assert.NotNull(tree);
        Assert.True(tree.Allows("/"));
        Assert.Equal("/sys/fs/cgroup", tree.Directory("/"));
    }

    [Fact]
    public void A_mount_of_a_part_shows_that_part()
    {
        Mount("/pod", "/sys/fs/cgroup");
        var tree = CgroupTree.Find(new ProcFs(_root), null);
        Assert.NotNull(tree);
        Assert.Equal("/sys/fs/cgroup/x", tree.Directory("/pod/x"));
        Assert.Equal("/sys/fs/cgroup", tree.Directory("/pod"));
        Told(1, "/../system.slice/x");
        Assert.False(tree.IsOfHost);
    }

    // A pod with a cgroup namespace of its own, and the host's hierarchy mounted from above it.
    [Fact]
    public void Paths_told_in_a_namespace_are_found_in_the_hierarchy_of_the_host()
    {
        var hierarchy = Directory.CreateDirectory($"{_root}/cgroup").FullName;
        foreach (var other in (string[])["/a/p/x", "/a/q/y", "/b"])
        {
            Process(hierarchy, other, 1);
        }
        Process(hierarchy, "/a/q/own/now", Environment.ProcessId);
        Told(Environment.ProcessId, "/now");
        Mount("/../../..", hierarchy);
        var tree = CgroupTree.Find(new ProcFs(_root), null);

        Assert.NotNull(tree);
        foreach (var (told, path) in ((string, string?)[])
            [("/now", "/a/q/own/now"), ("/", "/a/q/own"), ("/../y", "/a/q/y"), ("/../../p/x", "/a/p/x"), ("/../../../b", "/b"), ("/../../..", "/"), ("/../../../..", null)])
        {
            Told(7, told);
            Assert.Equal(path, tree.Of(7));
        }
        Assert.Equal($"{hierarchy}/a/p", tree.Directory("/a/p"));
        Assert.Equal(hierarchy, tree.Directory("/"));
    }

    [Fact]
    public void A_process_that_is_not_below_the_mount_names_only_what_lies_outside_of_its_ancestors()
    {
        var hierarchy = Directory.CreateDirectory($"{_root}/cgroup").FullName;
        Process(hierarchy, "/a/x", 1);
        Told(Environment.ProcessId, "/");
        Mount("/../..", hierarchy);
        var tree = CgroupTree.Find(new ProcFs(_root), null);

        Told(7, "/../../b/c");
        Assert.Equal("/b/c", tree?.Of(7));
        Told(7, "/../c");
        Assert.Null(tree?.Of(7));
    }

    [Fact]
    public void No_mount_is_no_tree()
    {
        Directory.CreateDirectory($"{_root}/self");
        File.WriteAllText($"{_root}/self/mountinfo", "30 20 0:25 / /proc rw - proc proc rw\n");
        Assert.Null(CgroupTree.Find(new ProcFs(_root), null));
    }

    [Fact]
    public void Of_nested_cgroups_the_outermost_gets_the_programs()
    {
        Assert.Equal(["/a", "/b/c"], Sockets.Outermost(["/a/x", "/a", "/a/x/y", "/b/c"]).Order());
        Assert.Equal(["/"], Sockets.Outermost(["/a", "/", "/b"]));
        Assert.Equal(["/a", "/ab"], Sockets.Outermost(["/a", "/ab"]).Order());
    }

    private static void Process(string hierarchy, string cgroup, int pid)
    {
        Directory.CreateDirectory(hierarchy + cgroup);
        File.WriteAllText($"{hierarchy}{cgroup}/cgroup.procs", $"4\n{pid}\n");
    }

    private void Told(int pid, string cgroup)
    {
        Directory.CreateDirectory($"{_root}/{pid}");
        File.WriteAllText($"{_root}/{pid}/cgroup", $"0::{cgroup}\n");
    }

    private void Mount(string root, string mountPoint)
    {
        Directory.CreateDirectory($"{_root}/self");
        File.WriteAllText($"{_root}/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw\n" +
            $"41 31 0:38 {root} {mountPoint} rw,relatime shared:9 - cgroup2 cgroup2 rw\n");
    }
}
