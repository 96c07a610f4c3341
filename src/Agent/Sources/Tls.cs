// SPDX-License-Identifier: Apache-2.0
// A process may get its TLS library long after it began: so it is looked for again when the process begins to listen, and
// when the kernel side sees it speak TLS.
using System.Text;
using Agent.Bpf;
using Agent.Diagnostics;
using Agent.Probes;
using Agent.Targets;

namespace Agent.Sources;

/// <summary>Probes the functions of OpenSSL that take and give plaintext, in each target process that has it.</summary>
/// <param name="load">Loads the programs, the first time they are needed. Null when the kernel refuses them.</param>
internal sealed class Tls(Func<TlsPrograms?> load, ProcFs proc) : IProbe, IDisposable
{
    private readonly Dictionary<int, List<BpfLink>> _links = [];
    private readonly Dictionary<string, int> _libraries = [];
    private readonly Lazy<TlsPrograms?> _programs = new(load);

    public string Name => "tls";

    public void Attach(TargetProcess process) => Rescan(process);

    /// <summary>Attaches to what has been mapped since.</summary>
    internal void Rescan(TargetProcess process)
    {
        if (_links.ContainsKey(process.Pid))
        {
            return;
        }
        var path = proc.MappedFile(process.Pid, path => Path.GetFileName(path.AsSpan()).StartsWith("libssl.so", StringComparison.Ordinal)) ??
            process.Program;
        if (!ElfFile.TryOpen(proc.Inside(process.Pid, path), out var elf))
        {
            return;
        }
        using (elf)
        {
            Attach(process, path, elf);
        }
    }

    public void Detach(TargetProcess process)
    {
        if (_links.Remove(process.Pid, out var links))
        {
            links.ForEach(link => link.Dispose());
            _programs.Value?.Forget(process.Pid);
        }
    }

    public void Dispose()
    {
        foreach (var link in _links.Values.SelectMany(links => links))
        {
            link.Dispose();
        }
        _links.Clear();
        if (_programs.IsValueCreated)
        {
            _programs.Value?.Dispose();
        }
    }

    private void Attach(TargetProcess process, string path, ElfFile elf)
    {
        var number = _libraries.TryGetValue(path, out var known) ? known : _libraries.Count;
        UprobePlace[] reads = [.. Places(elf, number, "SSL_read", "SSL_read_ex")];
        UprobePlace[] writes = [.. Places(elf, number, "SSL_write", "SSL_write_ex")];
        if (reads.Length == 0 || writes.Length == 0 || _programs.Value is not { } programs)
        {
            return;
        }
        _libraries[path] = number;
        var file = proc.Inside(process.Pid, path);
        _links[process.Pid] = [
            programs.Read.AttachUprobes(process.Pid, file, reads),
            programs.ReadReturn.AttachUprobes(process.Pid, file, reads),
            programs.Write.AttachUprobes(process.Pid, file, writes),
            programs.WriteReturn.AttachUprobes(process.Pid, file, writes),
        ];
        programs.SeesAll(process.Pid);
        Log.Debug($"tls: process {process.Pid}: {path} is probed");
    }

    private static IEnumerable<UprobePlace> Places(ElfFile elf, int library, string function, string extended)
    {
        if (elf.TryFindFunction(Encoding.ASCII.GetBytes(function), out var offset))
        {
            yield return new UprobePlace(offset, TlsPrograms.Cookie(library, tellsApart: false));
        }
        if (elf.TryFindFunction(Encoding.ASCII.GetBytes(extended), out offset))
        {
            yield return new UprobePlace(offset, TlsPrograms.Cookie(library, tellsApart: true));
        }
    }
}
