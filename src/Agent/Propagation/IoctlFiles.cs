// SPDX-License-Identifier: Apache-2.0
// A thousand processes of one program use one C library. It is read once, held open while any of them is watched, and
// attached to through the agent's own descriptor: a path through a process would end with the process.
using Agent.Bpf;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>Finds the file, and the place in it, through which a program calls ioctl().</summary>
internal sealed class IoctlFiles(ProcFs proc)
{
    private const int MaxFacts = 1024;
    private readonly Dictionary<FileIdentity, Facts> _facts = [];
    private readonly Dictionary<FileIdentity, IoctlFile> _open = [];

    /// <summary>
    /// False when there is none, or the process is gone. <paramref name="neverAsks"/>: the program makes its system calls
    /// itself and has no use for FIONREAD. What is found is to be released.
    /// </summary>
    internal bool TryFind(TargetProcess process, out IoctlFile file, out bool neverAsks)
    {
        file = null!;
        neverAsks = false;
        if (TryOpen(process, process.Program, out var program))
        {
            neverAsks = program.Facts.IsStaticGo;
            Release(program);
        }
        foreach (var candidate in neverAsks ? [] : Candidates(process))
        {
            if (TryOpen(process, candidate, out file))
            {
                if (file.Facts.Offset != 0)
                {
                    return true;
                }
                Release(file);
            }
        }
        return false;
    }

    internal void Release(IoctlFile file)
    {
        if (--file.Users == 0)
        {
            _open.Remove(file.Identity);
            file.Close();
        }
    }

    private bool TryOpen(TargetProcess process, string path, out IoctlFile file)
    {
        file = null!;
        var fd = LibC.Open(proc.Inside(process.Pid, path), LibC.OpenPathCloseOnExec, 0);
        if (fd < 0)
        {
            return false;
        }
        if (!LibC.TryIdentify(fd, out var identity))
        {
            _ = LibC.Close(fd);
            return false;
        }
        if (_open.TryGetValue(identity, out file!))
        {
            _ = LibC.Close(fd);
        }
        else
        {
            _open[identity] = file = new IoctlFile(fd, identity, FactsOf(fd, identity));
        }
        file.Users++;
        return true;
    }

    private Facts FactsOf(int fd, FileIdentity identity)
    {
        if (_facts.TryGetValue(identity, out var known))
        {
            return known;
        }
        if (_facts.Count >= MaxFacts)
        {
            _facts.Clear();
        }
        return _facts[identity] = Read(IoctlFile.PathOf(fd));
    }

    private static Facts Read(string path)
    {
        if (!ElfFile.TryOpen(path, out var elf))
        {
            return default;
        }
        using (elf)
        {
            try
            {
                _ = elf.TryFindFunction("ioctl"u8, out var offset);
                return new Facts(offset, elf.IsGo && !elf.IsDynamic);
            }
            catch (Exception damaged) when (damaged is InvalidDataException or IOException)
            {
                return default;
            }
        }
    }

    // Right after exec the C library is not mapped yet, only the dynamic linker that will map it from its own directory.
    private IEnumerable<string> Candidates(TargetProcess process)
    {
        string? linker = null;
        var mapped = proc.MappedFile(process.Pid, path =>
        {
            linker ??= IsDynamicLinker(path) ? path : null;
            return IsLibC(path);
        });
        if (mapped is not null)
        {
            yield return mapped;
        }
        else if (linker is not null)
        {
            yield return Path.Combine(Path.GetDirectoryName(linker) ?? "/", "libc.so.6");
        }
        yield return process.Program;
    }

    // musl's dynamic linker is its C library.
    private static bool IsLibC(string path)
    {
        var name = Path.GetFileName(path.AsSpan());
        return name is "libc.so.6" || name.StartsWith("ld-musl-") || name.StartsWith("libc.musl-") ||
            (name.StartsWith("libc-2.") && name.EndsWith(".so"));
    }

    private static bool IsDynamicLinker(string path) => Path.GetFileName(path.AsSpan()).StartsWith("ld-linux");

    /// <summary>What is known of a file's content.</summary>
    /// <param name="Offset">Of ioctl() in the file, 0 when it has none.</param>
    /// <param name="IsStaticGo">A Go program without a C library.</param>
    internal readonly record struct Facts(ulong Offset, bool IsStaticGo);
}
