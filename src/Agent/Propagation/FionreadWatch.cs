// SPDX-License-Identifier: Apache-2.0
// The probe on ioctl(), one per target process, until the process asked FIONREAD once or ends. A program that cannot be
// watched gets no entry in `watches`: its sockets are then members of the sockmap only until their first request.
//
// The kernel takes up to tens of milliseconds to attach one, in which nothing on the host can fork. So this has a thread
// of its own, which a backlog does not harm: who ended or runs another program meanwhile is skipped, and who has just been
// forked may wait.
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
    private readonly Dictionary<TargetProcess, (BpfLink Link, IoctlFile File)> _links = [];
    private readonly ConditionalWeakTable<Targets.Target, IoctlFile> _used = [];
    private readonly Dictionary<int, TargetProcess> _byPid = [];
    private readonly PriorityQueue<Action, (long At, long Number)> _work = new();
    private readonly ProcFs _proc;
    private readonly LinkReaper _reaper;
    private readonly bool _isNeeded;
    private readonly Thread? _thread;
    private long _number;
    private int _atWork;
    private bool _stopping;

    /// <summary>With <paramref name="isNeeded"/> false, FIONREAD is right on this kernel and nothing is watched.</summary>
    internal FionreadWatch(BpfObject fionread, ProcFs proc, LinkReaper reaper, bool isNeeded)
    {
        _program = fionread.Programs().First(program => program.IsUprobe);
        _watches = fionread.Map<uint, Watch>("watches");
        _files = new IoctlFiles(proc);
        _proc = proc;
        _reaper = reaper;
        _isNeeded = isNeeded;
        if (isNeeded)
        {
            _thread = new Thread(Run) { Name = "watches", IsBackground = true };
            _thread.Start();
        }
    }

    public string Name => "fionread";

    public void Attach(TargetProcess process)
    {
        if (_isNeeded)
        {
            Post(() => Watch(process), process.IsForked ? ForkedMilliseconds : 0);
        }
        else
        {
            SetQuiet(process.Pid);
        }
    }

    public void Detach(TargetProcess process) => Post(() => Release(process), 0);

    /// <summary>The process has asked, has ended, or runs another program: this probe has nothing more to say.</summary>
    internal void Unwatch(int pid) => Post(
        () =>
        {
            if (_byPid.TryGetValue(pid, out var process))
            {
                Release(process);
            }
        },
        0);

    /// <summary>Returns when everything asked for so far is done.</summary>
    internal void WaitUntilDone()
    {
        lock (_work)
        {
            while (_thread is not null && !_stopping && (_work.Count > 0 || _atWork > 0))
            {
                Monitor.Wait(_work);
            }
        }
    }

    public void Dispose()
    {
        lock (_work)
        {
            _stopping = true;
            _work.Clear();
            Monitor.PulseAll(_work);
        }
        _thread?.Join();
        foreach (var process in _links.Keys.ToArray())
        {
            Release(process);
        }
    }

    private void Post(Action action, int delayMilliseconds)
    {
        lock (_work)
        {
            if (_thread is not null && !_stopping)
            {
                _work.Enqueue(action, (Environment.TickCount64 + delayMilliseconds, _number++));
                Monitor.PulseAll(_work);
            }
        }
    }

    private void Run()
    {
        _ = LibC.HurryThread();
        var warned = false;
        while (TryTake(out var action))
        {
            try
            {
                action();
            }
            catch (Exception refused) when (refused is not OutOfMemoryException)
            {
                // Once: what fails for one process fails for a thousand.
                if (!warned)
                {
                    Log.Warn($"{Name}: {(refused is BpfException ? refused.Message : refused.ToString())}");
                }
                warned = true;
            }
            lock (_work)
            {
                _atWork = 0;
                Monitor.PulseAll(_work);
            }
        }
    }

    private bool TryTake(out Action action)
    {
        action = null!;
        lock (_work)
        {
            while (!_stopping)
            {
                var wait = _work.TryPeek(out _, out var due) ? due.At - Environment.TickCount64 : Timeout.Infinite;
                if (_work.Count > 0 && wait <= 0)
                {
                    action = _work.Dequeue();
                    _atWork = 1;
                    return true;
                }
                Monitor.Wait(_work, (int)wait);
            }
        }
        return false;
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
