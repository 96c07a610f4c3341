// SPDX-License-Identifier: Apache-2.0
// Tries, on connections of the agent with itself, what being in a sockmap does to a socket on this kernel. No version number
// tells: the changes were carried back to some stable kernels and not to others. What is tried is what programs rely on.
// Each trial has a connection of its own. All take some milliseconds together; the one that has to wait runs beside the others.
// A trial that fails by waiting in vain is over after a second.
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>Runs before the first socket of a target is enrolled.</summary>
internal static unsafe class Canary
{
    internal const int TimeoutMilliseconds = 1000;
    private const int OptionCookie = 57; /* SO_COOKIE */

    /// <summary>Uses an object of its own: nothing of a run is needed or touched.</summary>
    internal static CanaryReport Try()
    {
        using var canary = BpfObject.Open("canary");
        return Try(canary);
    }

    /// <summary>With another message program than <c>propagation/canary.bpf.c</c>: the tests have sick ones.</summary>
    internal static CanaryReport Try(BpfObject canary)
    {
        canary.Load(null);
        var enrolled = canary.Map<ulong, ulong>("canaries");
        foreach (var program in canary.Programs())
        {
            program.AttachSockmap(enrolled.Fd);
        }
        var failed = 0U;
        Try(CanaryTrial.Bytes, CanarySends.PassesBytes);
        Exception? refused = null;
        var signals = new Thread(() => refused = Catch(() => Try(CanaryTrial.Signals, CanaryReads.SurvivesSignal)));
        signals.Start();
        var failure = Catch(() =>
        {
            Try(CanaryTrial.Fionread, CanaryReads.AnswersFionread);
            Try(CanaryTrial.EdgeTriggered, CanaryReads.WakesEdgeTriggered);
            Try(CanaryTrial.Insertion, CanarySends.TakesInsertion);
            Try(CanaryTrial.SpliceInto, CanarySends.Splices);
            Try(CanaryTrial.SpliceFrom, CanaryReads.Splices);
            Try(CanaryTrial.SendFile, CanarySends.SendsFile);
            Try(CanaryTrial.HalfClose, CanaryReads.EndsAfterHalfClose);
            Try(CanaryTrial.ZeroCopy, CanarySends.ReportsZeroCopies);
            Try(CanaryTrial.Backpressure, CanarySends.SurvivesBackpressure);
        });
        signals.Join();
        return (failure ?? refused) is { } unexpected ? throw unexpected : new CanaryReport(failed);

        void Try(CanaryTrial trial, Func<LoopbackPair, bool> attempt)
        {
            using var pair = LoopbackPair.Open();
            Enrol(enrolled, pair.Client);
            if (!attempt(pair))
            {
                Interlocked.Or(ref failed, 1U << (int)trial);
            }
        }
    }

    private static void Enrol(BpfMap<ulong, ulong> enrolled, int fd)
    {
        ulong cookie;
        uint size = sizeof(ulong);
        if (LibC.SocketOption(fd, LoopbackPair.SocketLevel, OptionCookie, &cookie, &size) != 0 || enrolled.Set(cookie, (ulong)fd) != 0)
        {
            throw new BpfException("cannot put a socket into a sockmap", LibC.LastError);
        }
    }

    private static BpfException? Catch(Action action)
    {
        try
        {
            action();
            return null;
        }
        catch (BpfException refused)
        {
            return refused;
        }
    }
}
