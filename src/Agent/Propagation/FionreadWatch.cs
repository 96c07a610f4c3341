// SPDX-License-Identifier: Apache-2.0
// The probe on ioctl(), one per target process, until the process asked FIONREAD once or ends. A program that cannot be
// watched gets no entry in `watches`: its sockets are then members of the sockmap only until their first request.
using Agent.Bpf;
using Agent.Contract;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>Attaches the FIONREAD probe to the C library that a target process uses.</summary>
internal sealed class FionreadWatch : IProbe, IDisposable
{
    private readonly BpfProgram _program;
    private readonly BpfMap<uint, Watch> _watches;
    private readonly ProcFs _proc;
    private readonly Dictionary<TargetProcess, BpfLink> _links = [];
    private readonly LinkReaper _reaper;
    private readonly bool _isNeeded;

    /// <summary>With <paramref name="isNeeded"/> false, FIONREAD is right on this kernel and nothing is watched.</summary>
    internal FionreadWatch(BpfObject fionread, ProcFs proc, LinkReaper reaper, bool isNeeded)
    {
        _program = fionread.Programs().First(program => program.IsUprobe);
        _watches = fionread.Map<uint, Watch>("watches");
        _proc = proc;
        _reaper = reaper;
        _isNeeded = isNeeded;
    }

    public string Name => "fionread";

    public void Attach(TargetProcess process)
    {
        if (!_isNeeded || NeverAsks(process))
        {
            SetQuiet(process);
        }
        else if (TryFindIoctl(process, out var path, out var offset))
        {
            _links[process] = _program.AttachUprobe(process.Pid, path, offset);
            SetQuiet(process);
        }
    }

    public void Detach(TargetProcess process)
    {
        if (_links.Remove(process, out var link))
        {
            _reaper.Dispose(link);
        }
    }

    /// <summary>The process has asked; the probe has nothing more to say.</summary>
    internal void Asked(int pid)
    {
        foreach (var process in _links.Keys.Where(process => process.Pid == pid).ToArray())
        {
            Detach(process);
        }
    }

    public void Dispose()
    {
        foreach (var link in _links.Values)
        {
            link.Dispose();
        }
        _links.Clear();
    }

    // From here on its sockets may stay. The kernel side removes the entry with the process.
    private void SetQuiet(TargetProcess process) =>
        _ = _watches.Set((uint)process.Pid, new Watch { State = WatchState.Quiet });

    // Go makes its system calls itself, and its network library has no use for FIONREAD.
    private bool NeverAsks(TargetProcess process)
    {
        if (!ElfFile.TryOpen(_proc.Inside(process.Pid, process.Program), out var elf))
        {
            return false;
        }
        using (elf)
        {
            return elf.IsGo && !elf.IsDynamic;
        }
    }

    private bool TryFindIoctl(TargetProcess process, out string path, out ulong offset)
    {
        foreach (var candidate in Candidates(process))
        {
            path = _proc.Inside(process.Pid, candidate);
            if (ElfFile.TryOpen(path, out var elf))
            {
                using (elf)
                {
                    if (elf.TryFindFunction("ioctl"u8, out offset))
                    {
                        return true;
                    }
                }
            }
        }
        path = "";
        offset = 0;
        return false;
    }

    // Right after exec the C library is not mapped yet, only the dynamic linker that will map it from its own directory.
    private IEnumerable<string> Candidates(TargetProcess process)
    {
        if (_proc.MappedFile(process.Pid, IsLibC) is { } mapped)
        {
            yield return mapped;
        }
        else if (_proc.MappedFile(process.Pid, IsDynamicLinker) is { } linker)
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
