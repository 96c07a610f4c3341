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

    private void Mount(string root, string mountPoint)
    {
        Directory.CreateDirectory($"{_root}/self");
        File.WriteAllText($"{_root}/self/mountinfo",
            "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw\n" +
            $"41 31 0:38 {root} {mountPoint} rw,relatime shared:9 - cgroup2 cgroup2 rw\n");
    }
}
