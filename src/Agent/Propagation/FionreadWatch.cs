// SPDX-License-Identifier: Apache-2.0
// The probe on ioctl(), one per target process, until the process asked FIONREAD once or ends. A program that cannot be
// watched gets no entry in `watches`: its sockets are then members of the sockmap only until their first request.
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
    private readonly BpfProgram _program;
    private readonly BpfMap<uint, Watch> _watches;
    private readonly IoctlFiles _files;
    private readonly Dictionary<TargetProcess, (BpfLink Link, IoctlFile File)> _links = [];
    private readonly ConditionalWeakTable<Targets.Target, IoctlFile> _used = [];
    private readonly LinkReaper _reaper;
    private readonly bool _isNeeded;

    /// <summary>With <paramref name="isNeeded"/> false, FIONREAD is right on this kernel and nothing is watched.</summary>
    internal FionreadWatch(BpfObject fionread, ProcFs proc, LinkReaper reaper, bool isNeeded)
    {
        _program = fionread.Programs().First(program => program.IsUprobe);
        _watches = fionread.Map<uint, Watch>("watches");
        _files = new IoctlFiles(proc);
        _reaper = reaper;
        _isNeeded = isNeeded;
    }

    public string Name => "fionread";

    public void Attach(TargetProcess process)
    {
        var neverAsks = !_isNeeded;
        if (neverAsks || (TryFind(process, out var file, out neverAsks) && TryAttach(process, file)) || neverAsks)
        {
            _ = _watches.Set((uint)process.Pid, new Watch { State = WatchState.Quiet });
        }
        else
        {
            // What the process ran before may have been watched; this program is not.
            _watches.Remove((uint)process.Pid);
        }
    }

    public void Detach(TargetProcess process)
    {
        if (_links.Remove(process, out var watched))
        {
            _reaper.Dispose(watched.Link);
            _files.Release(watched.File);
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
        foreach (var (link, file) in _links.Values)
        {
            link.Dispose();
            _files.Release(file);
        }
        _links.Clear();
    }

    // Forked processes of one target use what the first of them does: nothing of theirs is read.
    private bool TryFind(TargetProcess process, out IoctlFile file, out bool neverAsks)
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

    private bool TryAttach(TargetProcess process, IoctlFile file)
    {
        try
        {
            var link = _program.AttachUprobe(process.Pid, file.Path, file.Facts.Offset);
            _links[process] = (link, file);
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
