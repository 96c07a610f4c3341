// SPDX-License-Identifier: Apache-2.0
// Plaintext of TLS is seen in the functions of the library that a process uses. Which that is shows in its mappings: at once
// for processes that run already, a millisecond or two after exec for what the dynamic linker loads, and at any time for
// what is loaded later. So a new process is looked at several times, and again when it listens or begins TLS without being
// probed. Of what a process does before it is probed, TLS is not read: one that asks at once after it began may be missed.
using Agent.Bpf;
using Agent.Diagnostics;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Sources;

/// <summary>Attaches the TLS programs to the libraries of target processes.</summary>
internal sealed class Tls : IProbe, IDisposable
{
    private const int ForkedMilliseconds = 100;
    private static readonly int[] Looks = [2, 4, 8, 16, 40, 150, 400, 1000, 3000]; // milliseconds after exec; curl asks after 10
    private readonly Dictionary<TargetProcess, TlsLibraries> _libraries = [];
    private readonly Dictionary<int, TargetProcess> _byPid = [];
    private readonly Dictionary<FileIdentity, int> _numbers = [];
    private readonly Lazy<TlsPrograms?> _programs;
    private readonly ProbedFiles<TlsFacts> _files;
    private readonly AttachThread _thread;
    private readonly ProcFs _proc;
    private readonly LinkReaper _reaper;

    /// <param name="load">Loads the programs, the first time they are needed. Null when the kernel refuses them.</param>
    /// <param name="proc">Where processes are looked up.</param>
    /// <param name="reaper">Detaches.</param>
    internal Tls(Func<TlsPrograms?> load, ProcFs proc, LinkReaper reaper)
    {
        _programs = new Lazy<TlsPrograms?>(load);
        _files = new ProbedFiles<TlsFacts>(proc, TlsFacts.Read);
        _proc = proc;
        _reaper = reaper;
        _thread = new AttachThread(Name);
    }

    public string Name => "tls";

    public void Attach(TargetProcess process)
    {
        if (process.IsForked)
        {
            _thread.Post(() => BeginForked(process), ForkedMilliseconds);
            return;
        }
        _thread.Post(() => Begin(process));
        _thread.Post(() => Look(process));
        foreach (var later in Looks)
        {
            _thread.Post(() => Look(process), later);
        }
    }

    public void Detach(TargetProcess process) => _thread.Post(() => Release(process));

    /// <summary>Attaches to what has been mapped since. Cheap when that is nothing.</summary>
    internal void Rescan(TargetProcess process) => _thread.Post(() => Look(process));

    /// <summary>
    /// Loads the programs and begins. They are most of what the verifier has to do, and nobody who speaks no TLS waits for
    /// them; but the first who does is not to wait either.
    /// </summary>
    internal void Start()
    {
        _thread.Post(() => _ = _programs.Value);
        _thread.Start();
    }

    /// <summary>Returns when everything asked for so far is done.</summary>
    internal void WaitUntilDone() => _thread.WaitUntilDone();

    public void Dispose()
    {
        _thread.Dispose();
        foreach (var process in _libraries.Keys.ToArray())
        {
            Release(process);
        }
        if (_programs.IsValueCreated)
        {
            _programs.Value?.Dispose();
        }
    }

    // A probe is of a pid: those of what the process ran before would see the same calls once more.
    private void Begin(TargetProcess process)
    {
        if (_byPid.Remove(process.Pid, out var before) && _libraries.Remove(before, out var libraries))
        {
            if (before.StartTicks == process.StartTicks && before.Program == process.Program)
            {
                _libraries[process] = libraries;
            }
            else
            {
                libraries.Release(link => link.Dispose());
            }
        }
        _byPid[process.Pid] = process;
        _libraries.TryAdd(process, new TlsLibraries(_proc, _files, process.Pid));
    }

    private void Look(TargetProcess process)
    {
        if (_libraries.TryGetValue(process, out var libraries) && Runs(process))
        {
            libraries.Rescan(file => AttachAll(process, file));
        }
    }

    // Of thousands that are forked most have ended, or run another program, by now: nothing is kept for those.
    private void BeginForked(TargetProcess process)
    {
        if (Runs(process) && (!_byPid.TryGetValue(process.Pid, out var current) || current.StartTicks != process.StartTicks))
        {
            Begin(process);
            Look(process);
        }
    }

    private bool Runs(TargetProcess process) => _proc.TryReadStat(process.Pid, out var stat) && !stat.HasEnded &&
        stat.StartTicks == process.StartTicks && _proc.Executable(process.Pid) == process.Program;

    private void Release(TargetProcess process)
    {
        if (_libraries.Remove(process, out var libraries))
        {
            libraries.Release(_reaper.Dispose);
        }
        if (_byPid.TryGetValue(process.Pid, out var current) && !ReferenceEquals(current, process))
        {
            return;
        }
        _byPid.Remove(process.Pid);
        if (_programs.IsValueCreated)
        {
            _programs.Value?.Forget(process.Pid); // also that the kernel side has asked for it
        }
    }

    private List<BpfLink> AttachAll(TargetProcess process, ProbedFile<TlsFacts> file)
    {
        var links = new List<BpfLink>();
        if (_programs.Value is not { } programs)
        {
            return links;
        }
        try
        {
            Attach(programs.ReadReturn, TlsHook.ReadReturn);
            Attach(programs.Read, TlsHook.Read);
            Attach(programs.WriteReturn, TlsHook.WriteReturn);
            Attach(programs.Write, TlsHook.Write);
            Attach(programs.GoRead, TlsHook.GoRead);
            Attach(programs.GoWrite, TlsHook.GoWrite);
            Attach(programs.GoHandshake, TlsHook.GoHandshake);
            programs.SeesAll(process.Pid);
            Log.Debug($"tls: process {process.Pid} ({process.Program}) is probed in {ProcFs.ReadLink(file.Path)}");
        }
        catch (BpfException refused)
        {
            links.ForEach(_reaper.Dispose);
            links.Clear();
            if (refused.Errno != LibC.ErrorNoProcess)
            {
                throw;
            }
        }
        return links;

        void Attach(BpfProgram program, TlsHook hook)
        {
            var places = Places(file, hook);
            if (places.Length > 0)
            {
                links.Add(program.AttachUprobes(process.Pid, file.Path, places));
            }
        }
    }

    private UprobePlace[] Places(ProbedFile<TlsFacts> file, TlsHook hook)
    {
        if (!_numbers.TryGetValue(file.Identity, out var number))
        {
            _numbers[file.Identity] = number = _numbers.Count;
        }
        var places = new List<UprobePlace>();
        foreach (var site in file.Facts.Sites)
        {
            if (site.Hook == hook)
            {
                places.Add(new UprobePlace(site.Offset, site.Distance != 0 ? site.Distance : TlsPrograms.Cookie(number, site.TellsApart)));
            }
        }
        return [.. places];
    }
}
