// SPDX-License-Identifier: Apache-2.0
// What /proc says about processes. A process may end between any two reads: every answer is optional, nothing throws.
using System.Text;
using Agent.Bpf;

namespace Agent.Targets;

/// <summary>Reads /proc. The root can be another directory, for tests.</summary>
internal sealed unsafe class ProcFs(string root = "/proc")
{
    private const int MaxLink = 4096;
    private const int MaxFile = 1 << 20;

    // The kernel's own, the same on every kernel.
    private const string InitialProcessNamespace = "pid:[4026531836]";

    internal string Root { get; } = root;

    /// <summary>False in a container that has process numbers of its own: the kernel tells others.</summary>
    internal bool IsInitialProcessNamespace => ReadLink($"{Root}/self/ns/pid") == InitialProcessNamespace;

    /// <summary>All processes, in no order that means anything.</summary>
    internal IEnumerable<int> Processes() => Numbers(Root);

    /// <summary>The threads of a process.</summary>
    internal IEnumerable<int> Descriptors(int pid) => Numbers($"{Root}/{pid}/fd");

    /// <summary>False when a process has no children at the moment; true also when that cannot be told.</summary>
    internal bool MayHaveChildren(int pid)
    {
        foreach (var thread in Numbers($"{Root}/{pid}/task"))
        {
            if (!TryReadFile($"{Root}/{pid}/task/{thread}/children", out var children) || children.Length > 0)
            {
                return true;
            }
        }
        return false;
    }

    internal bool TryReadStat(int pid, out ProcessStat stat)
    {
        stat = default;
        return TryReadFile($"{Root}/{pid}/stat", out var bytes) && ProcessStat.TryParse(bytes, out stat);
    }

    /// <summary>Path of the program file as the process sees it, without the mark of a replaced file.</summary>
    internal string? Executable(int pid)
    {
        const string deleted = " (deleted)";
        var path = ReadLink($"{Root}/{pid}/exe");
        return path is not null && path.EndsWith(deleted, StringComparison.Ordinal) ? path[..^deleted.Length] : path;
    }

    /// <summary>What this process itself may do, one bit for each capability.</summary>
    internal ulong EffectiveCapabilities()
    {
        const string field = "CapEff:";
        if (!TryReadFile($"{Root}/self/status", out var bytes))
        {
            return 0;
        }
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n'))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
            {
                return Convert.ToUInt64(line[field.Length..].Trim(), 16);
            }
        }
        return 0;
    }

    internal string[] CommandLine(int pid) => ZeroSeparated($"{Root}/{pid}/cmdline");

    /// <summary>One variable of the environment the program was started with.</summary>
    internal string? EnvironmentVariable(int pid, string name) => Variable(Environment(pid), name);

    /// <summary>The environment the program was started with, as <c>NAME=value</c>.</summary>
    internal string[] Environment(int pid) => ZeroSeparated($"{Root}/{pid}/environ");

    /// <summary>One variable of an environment.</summary>
    internal static string? Variable(string[] environment, string name)
    {
        foreach (var entry in environment)
        {
            if (entry.Length > name.Length && entry[name.Length] == '=' && entry.StartsWith(name, StringComparison.Ordinal))
            {
                return entry[(name.Length + 1)..];
            }
        }
        return null;
    }

    /// <summary>Path in the cgroup v2 hierarchy, as told in the cgroup namespace of the reader (<see cref="CgroupTree.Of"/> resolves it).</summary>
    internal string? Cgroup(int pid)
    {
        if (!TryReadFile($"{Root}/{pid}/cgroup", out var bytes))
        {
            return null;
        }
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            var line = bytes.AsSpan(range);
            if (line.StartsWith("0::"u8))
            {
                return Encoding.UTF8.GetString(line[3..]);
            }
        }
        return null;
    }

    /// <summary>Number of the network namespace, 0 when not known.</summary>
    internal ulong NetworkNamespace(int pid) => BracketedNumber(ReadLink($"{Root}/{pid}/ns/net"), "net:[");

    /// <summary>Inode of the network namespace that the calling thread is in.</summary>
    internal ulong CurrentNetworkNamespace() => BracketedNumber(ReadLink($"{Root}/thread-self/ns/net"), "net:[");

    /// <summary>Inode of the socket behind a descriptor, 0 when it is something else.</summary>
    internal ulong SocketInode(int pid, int descriptor) =>
        BracketedNumber(ReadLink($"{Root}/{pid}/fd/{descriptor}"), "socket:[");

    /// <summary>TCP sockets that listen in the network namespace of a process: inode → port.</summary>
    internal Dictionary<ulong, ushort> Listeners(int pid)
    {
        var found = new Dictionary<ulong, ushort>();
        foreach (var table in (ReadOnlySpan<string>)["tcp", "tcp6"])
        {
            if (TryReadFile($"{Root}/{pid}/net/{table}", out var bytes))
            {
                TcpTable.AddListeners(bytes, found);
            }
        }
        return found;
    }

    /// <summary>The file mapped with a name that <paramref name="matches"/> accepts, as the process sees it.</summary>
    internal string? MappedFile(int pid, Func<string, bool> matches)
    {
        if (!TryReadFile($"{Root}/{pid}/maps", out var bytes))
        {
            return null;
        }
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            var line = bytes.AsSpan(range);
            var path = line.IndexOf((byte)'/');
            if (path >= 0)
            {
                var name = Encoding.UTF8.GetString(line[path..]);
                if (matches(name))
                {
                    return name;
                }
            }
        }
        return null;
    }

    /// <summary>Files whose code a process has mapped, each once.</summary>
    internal List<MappedFile> MappedCode(int pid)
    {
        var found = new List<MappedFile>();
        if (!TryReadFile($"{Root}/{pid}/maps", out var bytes))
        {
            return found;
        }
        foreach (var range in bytes.AsSpan().Split((byte)'\n'))
        {
            var line = bytes.AsSpan(range);
            var addresses = line.IndexOf((byte)' ');
            var path = line.IndexOf((byte)'/');
            if (addresses > 0 && path > 0 && line[addresses..].StartsWith(" r-x"u8))
            {
                var name = Encoding.UTF8.GetString(line[path..]);
                if (found.Count == 0 || found[^1].Path != name)
                {
                    found.Add(new MappedFile(name, Encoding.UTF8.GetString(line[..addresses])));
                }
            }
        }
        return found;
    }

    /// <summary>A path to the very file of a mapping, from here.</summary>
    internal string Mapping(int pid, in MappedFile mapped) => $"{Root}/{pid}/map_files/{mapped.Addresses}";

    /// <summary>A path as seen by a process, from here: through its own root directory.</summary>
    internal string Inside(int pid, string path) => $"{Root}/{pid}/root{path}";

    internal static string? ReadLink(string path)
    {
        var buffer = stackalloc byte[MaxLink];
        var length = LibC.ReadLink(path, buffer, MaxLink);
        return length > 0 ? Encoding.UTF8.GetString(buffer, (int)length) : null;
    }

    internal static bool TryReadFile(string path, out byte[] content)
    {
        content = [];
        var fd = LibC.Open(path, LibC.OpenReadOnlyCloseOnExec, 0);
        if (fd < 0)
        {
            return false;
        }
        try
        {
            return TryReadAll(fd, ref content);
        }
        finally
        {
            _ = LibC.Close(fd);
        }
    }

    // Files of /proc have no length in advance.
    private static bool TryReadAll(int fd, ref byte[] content)
    {
        const int firstSize = 4096;
        var buffer = new byte[firstSize];
        var size = 0;
        while (size < MaxFile)
        {
            nint read;
            fixed (byte* start = buffer)
            {
                read = LibC.Read(fd, start + size, (nuint)(buffer.Length - size));
            }
            if (read < 0)
            {
                return false;
            }
            if (read == 0)
            {
                break;
            }
            size += (int)read;
            if (size == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
        content = buffer.AsSpan(0, size).ToArray();
        return true;
    }

    private static string[] ZeroSeparated(string path)
    {
        if (!TryReadFile(path, out var bytes) || bytes.Length == 0)
        {
            return [];
        }
        return Encoding.UTF8.GetString(bytes.AsSpan().TrimEnd((byte)0)).Split('\0');
    }

    private static ulong BracketedNumber(string? text, string prefix)
    {
        return text is not null && text.StartsWith(prefix, StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(prefix.Length).TrimEnd(']'), out var number)
            ? number
            : 0;
    }

    private static List<int> Numbers(string directory)
    {
        var numbers = new List<int>();
        try
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(directory))
            {
                if (int.TryParse(Path.GetFileName(entry.AsSpan()), out var number))
                {
                    numbers.Add(number);
                }
            }
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            numbers.Clear();
        }
        return numbers;
    }
}
