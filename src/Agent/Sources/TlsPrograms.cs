// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Sources;

/// <summary>The programs at the beginning and end of the functions of TLS libraries, ready to be attached.</summary>
internal sealed class TlsPrograms : IDisposable
{
    private const string WalkPrefix = "on_tls_http";
    private readonly BpfObject _tls;
    private readonly BpfMap<uint, TlsProcess> _processes;

    internal TlsPrograms(BpfObject tls)
    {
        _tls = tls;
        _processes = tls.Map<uint, TlsProcess>("tls_processes");
        All = [.. tls.Programs()];
        var table = tls.Map<uint, int>("tls_walks");
        var place = 0u;
        foreach (var walk in All.Where(program => program.Name.StartsWith(WalkPrefix, StringComparison.Ordinal)))
        {
            var error = table.Set(place++, walk.Fd); // HTTP/1 before HTTP/2: that is how the others call them
            if (error != 0)
            {
                throw new BpfException($"cannot let other programs call {walk.Name}", error);
            }
        }
    }

    internal BpfProgram[] All { get; }

    internal BpfProgram Write => Find("on_tls_write");

    internal BpfProgram WriteReturn => Find("on_tls_write_return");

    internal BpfProgram Read => Find("on_tls_read");

    internal BpfProgram ReadReturn => Find("on_tls_read_return");

    internal BpfProgram GoHandshake => Find("on_go_tls_handshake");

    internal BpfProgram GoWrite => Find("on_go_tls_write");

    internal BpfProgram GoRead => Find("on_go_tls_read");

    /// <summary>What an attached program gets as its cookie.</summary>
    /// <param name="library">Number of the library, below 4,096: sessions of one have one layout.</param>
    /// <param name="tellsApart">The function stores how many bytes it did where its fourth argument points to.</param>
    internal static ulong Cookie(int library, bool tellsApart) =>
        (ulong)library << 32 | (tellsApart ? Constants.ProbeTlsTellsApart : 0u);

    /// <summary>From now on all calls of this process are seen.</summary>
    internal void SeesAll(int pid) => _ = _processes.Set((uint)pid, TlsProcess.Probed);

    /// <summary>It has ended.</summary>
    internal void Forget(int pid) => _processes.Remove((uint)pid);

    public void Dispose() => _tls.Dispose();

    private BpfProgram Find(string name) => All.First(program => program.Name == name);
}
