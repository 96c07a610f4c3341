// SPDX-License-Identifier: Apache-2.0
// The probes in programs of Go, one link for each process. Until it is there, work in a process is known by thread.
using Agent.Bpf;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Runtimes.Go;

/// <summary>Lets the kernel side follow requests from goroutine to goroutine.</summary>
internal sealed class Goroutines : IProbe, IDisposable
{
    private readonly BpfProgram _program;
    private readonly BpfMap<uint, GoProgram> _programs;
    private readonly ProbedFiles<GoFacts> _files;
    private readonly ProcessLinks _links;
    private readonly ProcFs _proc;
    private readonly AttachThread _thread;

    internal Goroutines(BpfObject go, ProcFs proc, LinkReaper reaper)
    {
        _program = go.Programs().First(program => program.IsUprobe);
        _programs = go.Map<uint, GoProgram>("go_programs");
        _files = new ProbedFiles<GoFacts>(proc, GoFacts.Read);
        _proc = proc;
        _links = new ProcessLinks(reaper);
        _thread = new AttachThread(Name);
        _thread.Start();
    }

    public string Name => "go";

    public void Attach(TargetProcess process)
    {
        // What a program of Go forks runs another program at once.
        if (!process.IsForked)
        {
            _thread.Post(() => Follow(process));
        }
    }

    public void Detach(TargetProcess process) => _thread.Post(() => Release(process));

    /// <summary>Returns when everything asked for so far is done.</summary>
    internal void WaitUntilDone() => _thread.WaitUntilDone();

    public void Dispose()
    {
        _thread.Dispose();
        foreach (var process in _links.Processes())
        {
            Release(process);
        }
    }

    private void Follow(TargetProcess process)
    {
        // Probes and layout are of a pid: what the process ran before must not speak for what it runs now.
        if (_links.Find(process.Pid) is { } before)
        {
            Release(before);
        }
        if (!IsAlive(process) || !_files.TryOpen(process.Pid, process.Program, out var file))
        {
            return;
        }
        try
        {
            if (file.Facts.Places is { } places)
            {
                // First what the probes ask for, so that none of what they see is lost.
                _programs.Set((uint)process.Pid, file.Facts.Layout);
                _links.Add(process, _program.AttachUprobes(process.Pid, file.Path, places));
                Log.Debug($"go: goroutines of process {process.Pid} ({process.Program}) are followed, {places.Length} places");
            }
        }
        catch (BpfException refused)
        {
            _programs.Remove((uint)process.Pid);
            if (refused.Errno != LibC.ErrorNoProcess)
            {
                throw;
            }
        }
        finally
        {
            _files.Release(file);
        }
    }

    private bool IsAlive(TargetProcess process) => _proc.TryReadStat(process.Pid, out var stat) && !stat.HasEnded &&
        stat.StartTicks == process.StartTicks;

    private void Release(TargetProcess process)
    {
        if (_links.Remove(process))
        {
            _programs.Remove((uint)process.Pid);
        }
    }
}
