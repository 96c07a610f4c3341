// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Globalization;

namespace Kernel.Tests.Uprobes;

/// <summary>A process that talks TLS with itself, through memory: one message there and back for each line it is told.</summary>
internal sealed class TlsTalk : IDisposable
{
    internal const string Python = "/usr/bin/python3"; // Debian's, with Debian's libssl
    private const string Code = """
        import ssl, sys
        def context(side):
            made = ssl.SSLContext(side)
            made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
            return made
        server = context(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(sys.argv[1])
        a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
        ends = [context(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(a, b), server.wrap_bio(b, a, server_side=True)]
        while ends:
            end = ends.pop(0)
            try:
                end.do_handshake()
                if end.server_side: answering = end
                else: asking = end
            except ssl.SSLWantReadError:
                ends.append(end)
        print("ready", flush=True)
        for line in sys.stdin:
            for number in range(int(line)):
                asking.write(b"there"); answering.read(100)
                answering.write(b"and back"); asking.read(100)
            print("done", flush=True)
        """;

    private readonly string _certificate = Path.GetTempFileName();
    private readonly Process _process;

    /// <param name="before">What it does first; it is told by lines and answers them.</param>
    internal TlsTalk(string before = "")
    {
        string[] request =
        [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
            "-keyout", _certificate + ".key", "-out", _certificate,
        ];
        using (var made = Process.Start(new ProcessStartInfo("openssl", request) { RedirectStandardError = true })!)
        {
            made.WaitForExit();
        }
        File.AppendAllText(_certificate, File.ReadAllText(_certificate + ".key"));
        _process = Process.Start(new ProcessStartInfo(Python, ["-c", before + "\n" + Code, _certificate])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("ready", _process.StandardOutput.ReadLine());
    }

    internal int Pid => _process.Id;

    internal void Talk(int times) => Assert.Equal("done", Tell(times.ToString(CultureInfo.InvariantCulture)));

    internal string? Tell(string line)
    {
        _process.StandardInput.WriteLine(line);
        return _process.StandardOutput.ReadLine();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        File.Delete(_certificate);
        File.Delete(_certificate + ".key");
    }
}
