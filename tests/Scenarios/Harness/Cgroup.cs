// SPDX-License-Identifier: Apache-2.0
namespace Scenarios.Harness;

/// <summary>One cgroup of the unified hierarchy; ending it ends every process in it and below.</summary>
internal sealed class Cgroup : IDisposable
{
    private static readonly string Mount = FindMount();

    public string Folder { get; }

    private Cgroup(string folder) => Folder = folder;

    public static Cgroup Create(string name) => new(Directory.CreateDirectory(Path.Combine(Mount, name)).FullName);

    public Cgroup CreateChild(string name) => new(Directory.CreateDirectory(Path.Combine(Folder, name)).FullName);

    /// <summary>Cgroups of this name whose test process is gone: an earlier run was killed.</summary>
    public static void RemoveAbandoned(string prefix)
    {
        foreach (var folder in Directory.EnumerateDirectories(Mount, prefix + "*"))
        {
            var owner = Path.GetFileName(folder)[prefix.Length..].Split('-')[0];
            if (!Directory.Exists("/proc/" + owner))
            {
                new Cgroup(folder).Dispose();
            }
        }
    }

    public void Dispose()
    {
        if (!Directory.Exists(Folder))
        {
            return;
        }

        File.WriteAllText(Path.Combine(Folder, "cgroup.kill"), "1");
        foreach (var child in Directory.EnumerateDirectories(Folder))
        {
            new Cgroup(child).Dispose();
        }

        // A killed process leaves its cgroup a moment after the signal.
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(Folder);
                return;
            }
            catch (IOException) when (attempt < 100)
            {
                Thread.Sleep(20);
            }
        }
    }

    private static string FindMount()
    {
        foreach (var line in File.ReadLines("/proc/self/mountinfo"))
        {
            var halves = line.Split(" - ");
            if (halves[1].StartsWith("cgroup2 ", StringComparison.Ordinal))
            {
                return halves[0].Split(' ')[4];
            }
        }

        throw new InvalidOperationException("no cgroup2 file system is mounted: the scenarios cannot run here");
    }
}
