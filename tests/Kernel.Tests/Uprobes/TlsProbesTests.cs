// SPDX-License-Identifier: Apache-2.0
using Agent.Sources;

namespace Kernel.Tests.Uprobes;

/// <summary>The probes of TLS on processes with real libraries.</summary>
public sealed class TlsProbesTests
{
    private const int Times = 50;
    private const ulong Calls = 2 * Times; // one at each end

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_call_is_seen_once_at_its_beginning_and_at_its_end(bool isPerfForm)
    {
        using var talk = new TlsTalk();
        using var hits = new TlsHits(isPerfForm);
        hits.Probes.Attach(TlsHits.Process(talk.Pid));
        hits.Probes.WaitUntilDone();

        talk.Talk(Times);

        Assert.All(new[] { TlsHook.Write, TlsHook.WriteReturn, TlsHook.Read, TlsHook.ReadReturn }, hook => Assert.Equal(Calls, hits.Of(hook, tellsApart: true).Count));
        Assert.Equal((ulong)"and back".Length, hits.Of(TlsHook.Write, tellsApart: true).Third);
        Assert.Equal(1UL, hits.Of(TlsHook.ReadReturn, tellsApart: true).Result);
    }

    [Fact]
    public void After_the_end_nothing_is_seen()
    {
        using var talk = new TlsTalk();
        using (var hits = new TlsHits(false))
        {
            var process = TlsHits.Process(talk.Pid);
            hits.Probes.Attach(process);
            hits.Probes.Detach(process);
            hits.Probes.WaitUntilDone();
            Assert.Equal(0, OpenLibraries());
        }
        talk.Talk(Times);
    }

    [Fact]
    public void A_library_that_is_loaded_later_is_found_when_the_process_is_looked_at_again()
    {
        using var talk = new TlsTalk("import sys; print('ready', flush=True); sys.stdin.readline(); import ssl");
        using var hits = new TlsHits(false);
        var process = TlsHits.Process(talk.Pid);
        hits.Probes.Attach(process);
        hits.Probes.WaitUntilDone();

        Assert.Equal("ready", talk.Tell("load"));
        hits.Probes.Rescan(process);
        hits.Probes.WaitUntilDone();
        talk.Talk(Times);

        Assert.Equal(Calls, hits.Of(TlsHook.ReadReturn, tellsApart: true).Count);
    }

    private static int OpenLibraries() => Directory.EnumerateFiles("/proc/self/fd")
        .Count(path => Agent.Targets.ProcFs.ReadLink(path)?.Contains("libssl", StringComparison.Ordinal) == true);
}
