// SPDX-License-Identifier: Apache-2.0
// The probe on ioctl(), one per target process, until the process asked FIONREAD once or ends. A program that cannot be
// watched gets no entry in `watches`: its sockets are then members of the sockmap only until their first request.
//
// Who ended or runs another program before its turn comes is skipped, and who has just been forked may wait.
using System.Runtime.CompilerServices;
using Agent.Bpf;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Propagation;

/// <summary>Attaches the FIONREAD probe to the C library that a target process uses.</summary>
internal sealed class FionreadWatch : IProbe, IDisposable
{
    private const int ForkedMilliseconds = 100;
    private readonly BpfProgram _program;
    private readonly BpfMap<uint, Watch> _watches;
    private readonly IoctlFiles _files;
    private readonly Dictionary<TargetProcess, (BpfLink Link, ProbedFile<IoctlFacts> File)> _links = [];
    private readonly ConditionalWeakTable<Targets.Target, ProbedFile<IoctlFacts>> _used = [];
    private readonly Dictionary<int, TargetProcess> _byPid = [];
    private readonly ProcFs _proc;
    private readonly LinkReaper _reaper;
    private readonly AttachThread? _thread;

    /// <summary>With <paramref name="isNeeded"/> false, FIONREAD is right on this kernel and nothing is watched.</summary>
    internal FionreadWatch(BpfObject fionread, ProcFs proc, LinkReaper reaper, bool isNeeded)
    {
        _program = fionread.Programs().First(program => program.IsUprobe);
        _watches = fionread.Map<uint, Watch>("watches");
        _files = new IoctlFiles(proc);
        _proc = proc;
        _reaper = reaper;
        _thread = isNeeded ? new AttachThread(Name) : null;
        _thread?.Start();
    }

    public string Name => "fionread";

    public void Attach(TargetProcess process)
    {
        if (_thread is null)
        {
            SetQuiet(process.Pid);
        }
        _thread?.Post(() => Watch(process), process.IsForked ? ForkedMilliseconds : 0);
    }

    public void Detach(TargetProcess process) => _thread?.Post(() => Release(process));

    /// <summary>The process has asked, has ended, or runs another program: this probe has nothing more to say.</summary>
    internal void Unwatch(int pid) => _thread?.Post(() =>
    {
        if (_byPid.TryGetValue(pid, out var process))
        {
            Release(process);
        }
    });

    /// <summary>Returns when everything asked for so far is done.</summary>
    internal void WaitUntilDone() => _thread?.WaitUntilDone();

    public void Dispose()
    {
        _thread?.Dispose();
        foreach (var process in _links.Keys.ToArray())
        {
            Release(process);
        }
    }

    private void Watch(TargetProcess process)
    {
        if (!IsAlive(process) || (_proc.Executable(process.Pid) is { } program && program != process.Program))
        {
            return;
        }
        if ((TryFind(process, out var file, out var neverAsks) && TryAttach(process, file)) || neverAsks)
        {
            SetQuiet(process.Pid);
            Log.Debug($"fionread: process {process.Pid} ({process.Program}) is watched");
            if (IsAlive(process))
            {
                return;
            }
        }
        // It ended, or this program is not watched as what the process ran before may have been.
        _watches.Remove((uint)process.Pid);
    }

    private bool IsAlive(TargetProcess process) => _proc.TryReadStat(process.Pid, out var stat) && !stat.HasEnded &&
        stat.StartTicks == process.StartTicks;

    private void SetQuiet(int pid) => _ = _watches.Set((uint)pid, new Watch { State = WatchState.Quiet });

    private void Release(TargetProcess process)
    {
        if (_links.Remove(process, out var watched))
        {
            if (_byPid.TryGetValue(process.Pid, out var current) && ReferenceEquals(current, process))
            {
                _byPid.Remove(process.Pid);
            }
            _reaper.Dispose(watched.Link);
            _files.Release(watched.File);
        }
    }

    // Forked processes of one target use what the first of them does: nothing of theirs is read.
    private bool TryFind(TargetProcess process, out ProbedFile<IoctlFacts> file, out bool neverAsks)
    {
        neverAsks = false;
        if (_used.TryGetValue(process.Target, out file!) && file.IsOpen)
        {
            file.Users++;
            return true;
        }
        if (!_files.TryFind(process, out file, out neverAsks))
        {
            return false;
        }
        _used.AddOrUpdate(process.Target, file);
        return true;
    }

    private bool TryAttach(TargetProcess process, ProbedFile<IoctlFacts> file)
    {
        try
        {
            var link = _program.AttachUprobes(process.Pid, file.Path, new UprobePlace(file.Facts.Offset));
            _links[process] = (link, file);
            _byPid[process.Pid] = process;
            return true;
        }
        catch (BpfException gone) when (gone.Errno == LibC.ErrorNoProcess)
        {
            Log.Debug($"fionread: process {process.Pid} ended before it could be watched");
        }
        catch
        {
            _files.Release(file);
            _watches.Remove((uint)process.Pid);
            throw;
        }
        _files.Release(file);
        return false;
    }
}
