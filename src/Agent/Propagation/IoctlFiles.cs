// SPDX-License-Identifier: Apache-2.0
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>Finds the file, and the place in it, through which a program calls ioctl().</summary>
internal sealed class IoctlFiles(ProcFs proc)
{
    private readonly ProbedFiles<IoctlFacts> _files = new(proc, IoctlFacts.Read);

    /// <summary>
    /// False when there is none, or the process is gone. <paramref name="neverAsks"/>: the program makes its system calls
    /// itself and has no use for FIONREAD. What is found is to be released.
    /// </summary>
    internal bool TryFind(TargetProcess process, out ProbedFile<IoctlFacts> file, out bool neverAsks)
    {
        file = null!;
        neverAsks = false;
        if (_files.TryOpen(process.Pid, process.Program, out var program))
        {
            neverAsks = program.Facts.IsStaticGo;
            Release(program);
        }
        foreach (var candidate in neverAsks ? [] : Candidates(process))
        {
            if (_files.TryOpen(process.Pid, candidate, out file))
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

    internal void Release(ProbedFile<IoctlFacts> file) => _files.Release(file);

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
}
