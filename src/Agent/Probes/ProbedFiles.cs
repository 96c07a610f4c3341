// SPDX-License-Identifier: Apache-2.0
// A thousand processes of one program use one library. It is read once, held open while any of them is probed, and attached
// to through the agent's own descriptor: a path through a process would end with the process.
using Agent.Bpf;
using Agent.Targets;

namespace Agent.Probes;

/// <summary>Files of target processes by what they are, with what <paramref name="read"/> finds in them. Used by one thread.</summary>
internal sealed class ProbedFiles<TFacts>(ProcFs proc, Func<ElfFile, TFacts> read)
    where TFacts : struct
{
    private const int MaxFacts = 1024;
    private readonly Dictionary<FileIdentity, TFacts> _facts = [];
    private readonly Dictionary<FileIdentity, ProbedFile<TFacts>> _open = [];

    /// <summary>Opens what a process sees under a path. To be released. Of what is no program or library nothing is known.</summary>
    internal bool TryOpen(int pid, string path, out ProbedFile<TFacts> file) =>
        TryOpen(proc.Inside(pid, path), out file);

    /// <summary>Opens what a process has mapped, even if that has no name any more. To be released.</summary>
    internal bool TryOpen(int pid, in MappedFile mapped, out ProbedFile<TFacts> file) =>
        TryOpen(proc.Mapping(pid, mapped), out file) || TryOpen(pid, mapped.Path, out file);

    internal void Release(ProbedFile<TFacts> file)
    {
        if (--file.Users == 0)
        {
            _open.Remove(file.Identity);
            file.Close();
        }
    }

    internal static string PathOf(int fd) => $"/proc/self/fd/{fd}";

    private bool TryOpen(string path, out ProbedFile<TFacts> file)
    {
        file = null!;
        var fd = LibC.Open(path, LibC.OpenPathCloseOnExec, 0);
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
            _open[identity] = file = new ProbedFile<TFacts>(fd, identity, FactsOf(fd, identity));
        }
        file.Users++;
        return true;
    }

    private TFacts FactsOf(int fd, FileIdentity identity)
    {
        if (_facts.TryGetValue(identity, out var known))
        {
            return known;
        }
        if (_facts.Count >= MaxFacts)
        {
            _facts.Clear();
        }
        return _facts[identity] = Read(PathOf(fd));
    }

    private TFacts Read(string path)
    {
        if (!ElfFile.TryOpen(path, out var elf))
        {
            return default;
        }
        using (elf)
        {
            try
            {
                return read(elf);
            }
            catch (Exception damaged) when (damaged is InvalidDataException or IOException)
            {
                return default;
            }
        }
    }
}
