// SPDX-License-Identifier: Apache-2.0
// Headers that are written inside of programs of Go, where the kernel permits that. Nobody waits for it: until it is there, and in
// programs where it cannot be, requests leave as the network level lets them. Which goroutine works for which request is told by
// Goroutines.
using Agent.Bpf;
using Agent.Diagnostics;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Runtimes.Go;

/// <summary>Attaches what writes the context into requests that only the program itself can change.</summary>
internal sealed class GoWrites : IProbe, IDisposable
{
    private readonly ProcessLinks _links;
    private readonly ProbedFiles<GoWriteFacts> _files;
    private readonly Lazy<BpfObject?> _writer;
    private readonly AttachThread _thread;

    /// <param name="load">Loads the program, the first time it is needed. Null when the kernel refuses it.</param>
    /// <param name="proc">Where processes are looked up.</param>
    /// <param name="reaper">Detaches.</param>
    internal GoWrites(Func<BpfObject?> load, ProcFs proc, LinkReaper reaper)
    {
        _writer = new Lazy<BpfObject?>(load);
        _files = new ProbedFiles<GoWriteFacts>(proc, elf => new GoWriteFacts(GoWritePlaces.Find(elf)));
        _links = new ProcessLinks(reaper);
        _thread = new AttachThread(Name);
    }

    public string Name => "go_write";

    public void Attach(TargetProcess process)
    {
        if (!process.IsForked)
        {
            _thread.Post(() => Follow(process));
        }
    }

    public void Detach(TargetProcess process) => _thread.Post(() => _links.Remove(process));

    /// <summary>Begins with what can wait until the rest works.</summary>
    internal void Start() => _thread.Start();

    public void Dispose()
    {
        _thread.Dispose();
        foreach (var process in _links.Processes())
        {
            _links.Remove(process);
        }
        if (_writer.IsValueCreated)
        {
            _writer.Value?.Dispose();
        }
    }

    private void Follow(TargetProcess process)
    {
        if (_links.Find(process.Pid) is { } before)
        {
            _links.Remove(before);
        }
        if (!_files.TryOpen(process.Pid, process.Program, out var file))
        {
            return;
        }
        try
        {
            if (file.Facts.Places.Length > 0 && _writer.Value is { } writer)
            {
                _links.Add(process, writer.Programs().First().AttachUprobes(process.Pid, file.Path, file.Facts.Places));
                Log.Debug($"go_write: headers of process {process.Pid} ({process.Program}) are written inside of it, {file.Facts.Places.Length} places");
            }
        }
        catch (BpfException refused) when (refused.Errno == LibC.ErrorNoProcess)
        {
        }
        finally
        {
            _files.Release(file);
        }
    }
}
