// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Sources;

/// <summary>The TLS libraries of one process, as far as they are known. Used by one thread.</summary>
internal sealed class TlsLibraries(ProcFs proc, ProbedFiles<TlsFacts> files, int pid)
{
    private readonly Dictionary<FileIdentity, (ProbedFile<TlsFacts> File, List<BpfLink> Links)> _probed = [];
    private List<MappedFile> _mapped = [];

    /// <summary>Probes what has been mapped since. Cheap when there is nothing new.</summary>
    internal void Rescan(Func<ProbedFile<TlsFacts>, List<BpfLink>> attach)
    {
        var mapped = proc.MappedCode(pid);
        if (mapped.SequenceEqual(_mapped))
        {
            return;
        }
        var known = _mapped.ToHashSet();
        foreach (var one in mapped)
        {
            if (!known.Contains(one) && files.TryOpen(pid, one, out var file))
            {
                Probe(file, attach);
            }
        }
        _mapped = mapped;
    }

    /// <summary>The process has ended.</summary>
    internal void Release(Action<BpfLink> detach)
    {
        foreach (var (file, links) in _probed.Values)
        {
            links.ForEach(detach);
            files.Release(file);
        }
    }

    private void Probe(ProbedFile<TlsFacts> file, Func<ProbedFile<TlsFacts>, List<BpfLink>> attach)
    {
        if (!file.Facts.IsTls || _probed.ContainsKey(file.Identity))
        {
            files.Release(file);
            return;
        }
        try
        {
            _probed[file.Identity] = (file, attach(file));
        }
        catch
        {
            files.Release(file);
            throw;
        }
    }
}
