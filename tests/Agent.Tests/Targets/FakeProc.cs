// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Targets;

namespace Agent.Tests.Targets;

/// <summary>A directory that looks like /proc, with the processes a test puts there.</summary>
internal sealed class FakeProc : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("hilo-proc-").FullName;

    internal FakeProc()
    {
        Directory.CreateDirectory($"{_root}/self");
        File.WriteAllText($"{_root}/self/mountinfo", "41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        Files = new ProcFs(_root);
    }

    internal ProcFs Files { get; }

    internal void Start(
        int pid, string program, ulong startTicks = 5, string cgroup = "/a/b", string environment = "PATH=/bin\0", char state = 'S',
        string[]? arguments = null)
    {
        End(pid);
        Directory.CreateDirectory($"{_root}/{pid}/root");
        File.CreateSymbolicLink($"{_root}/{pid}/exe", program);
        Write(pid, "stat", $"{pid} (x) {state} 1{string.Concat(Enumerable.Repeat(" 0", 17))} {startTicks} 0\n");
        Write(pid, "cgroup", $"0::{cgroup}\n");
        Write(pid, "environ", environment);
        Write(pid, "cmdline", string.Concat(new[] { program }.Concat(arguments ?? []).Select(argument => argument + "\0")));
        Write(pid, "maps", "");
    }

    internal void End(int pid)
    {
        if (Directory.Exists($"{_root}/{pid}"))
        {
            Directory.Delete($"{_root}/{pid}", recursive: true);
        }
    }

    internal void Map(int pid, params string[] paths) =>
        Write(pid, "maps", string.Concat(paths.Select(path => $"7f00-7f01 r-xp 00000000 08:01 42 {path}\n")));

    /// <summary>Copies a file to where the process sees it under a path.</summary>
    internal string Place(int pid, string path, string source)
    {
        var place = Files.Inside(pid, path);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(source, place, overwrite: true);
        return place;
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private void Write(int pid, string name, string text) => File.WriteAllBytes($"{_root}/{pid}/{name}", Encoding.UTF8.GetBytes(text));
}
