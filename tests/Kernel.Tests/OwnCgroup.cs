// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Kernel.Tests;

/// <summary>A cgroup of one test, removed with it. Nothing outside is touched.</summary>
internal sealed class OwnCgroup : IDisposable
{
    private static int _count;

    internal OwnCgroup()
    {
        Tree = CgroupTree.Find(new ProcFs(), null) ?? throw new InvalidOperationException("no cgroup v2 hierarchy");
        Path = $"/hilo-test-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
        System.IO.Directory.CreateDirectory(Directory);
    }

    internal CgroupTree Tree { get; }

    /// <summary>In the hierarchy.</summary>
    internal string Path { get; }

    internal string Directory => Tree.Directory(Path);

    internal string Below(string name)
    {
        System.IO.Directory.CreateDirectory($"{Directory}/{name}");
        return $"{Path}/{name}";
    }

    internal void Add(int pid) => File.WriteAllText($"{Directory}/cgroup.procs", $"{pid}");

    // A killed process leaves its cgroup a moment later.
    public void Dispose()
    {
        const int attempts = 100;
        foreach (var below in System.IO.Directory.GetDirectories(Directory))
        {
            System.IO.Directory.Delete(below);
        }
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                System.IO.Directory.Delete(Directory);
                return;
            }
            catch (IOException) when (attempt < attempts)
            {
                Thread.Sleep(20);
            }
        }
    }
}
