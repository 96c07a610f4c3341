// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.InteropServices;
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>The canary's trials of how a member reads, and how it waits.</summary>
internal static unsafe class CanaryReads
{
    private const nuint Fionread = 0x541b;
    private const int UrgentSignal = 23; /* SIGURG: ignored unless handled, used by no one here */
    private const int ShutdownWrite = 1;
    private const int MessageSize = 3000;

    // As long as a woken thread may need on a busy host to return from its call.
    private const int WakeMilliseconds = 15;

    internal static bool AnswersFionread(LoopbackPair pair)
    {
        pair.SendFromServer(MessageSize);
        var entry = new LibC.PollEntry { Fd = pair.Client, Events = LibC.PollIn };
        _ = LibC.Poll(&entry, 1, Canary.TimeoutMilliseconds);
        var queued = 0;
        return LibC.Control(pair.Client, Fionread, &queued) == 0 && queued == MessageSize;
    }

    internal static bool SurvivesSignal(LoopbackPair pair)
    {
        using var handler = PosixSignalRegistration.Create((PosixSignal)UrgentSignal, context => context.Cancel = true);
        nint received = 0;
        var tid = 0;
        var reader = new Thread(() =>
        {
            byte one;
            Volatile.Write(ref tid, LibC.ThreadId());
            received = LibC.Receive(pair.Client, &one, 1, 0);
        });
        reader.Start();
        var deadline = Stopwatch.StartNew();
        while (!Sleeps(Volatile.Read(ref tid)) && deadline.ElapsedMilliseconds < Canary.TimeoutMilliseconds)
        {
            Thread.Sleep(1);
        }
        _ = LibC.SignalThread(Environment.ProcessId, tid, UrgentSignal);
        reader.Join(WakeMilliseconds);
        pair.SendFromServer(1);
        reader.Join();
        return received == 1;
    }

    internal static bool WakesEdgeTriggered(LoopbackPair pair)
    {
        var epoll = LibC.EpollCreate(0);
        var wanted = new LibC.EpollEvent { Events = LibC.EpollIn | LibC.EpollEdgeTriggered };
        var got = default(LibC.EpollEvent);
        var wakes = 0;
        if (LibC.EpollControl(epoll, LibC.EpollControlAdd, pair.Client, &wanted) == 0)
        {
            for (var round = 0; round < 2; round++)
            {
                pair.SendFromServer(MessageSize);
                wakes += LibC.EpollWait(epoll, &got, 1, Canary.TimeoutMilliseconds);
            }
        }
        _ = LibC.Close(epoll);
        return wakes == 2;
    }

    internal static bool Splices(LoopbackPair pair)
    {
        using var pipe = LoopbackPipe.Open();
        pair.LimitWaits();
        pair.SendFromServer(MessageSize);
        for (nint moved = 0; moved < MessageSize;)
        {
            var more = LibC.Splice(pair.Client, null, pipe.Writer, null, (nuint)(MessageSize - moved), 0);
            if (more <= 0)
            {
                return false;
            }
            moved += more;
        }
        var got = stackalloc byte[MessageSize];
        return LibC.Read(pipe.Reader, got, MessageSize) == MessageSize && CanaryBytes.AreRight(new ReadOnlySpan<byte>(got, MessageSize), 0);
    }

    internal static bool EndsAfterHalfClose(LoopbackPair pair)
    {
        pair.LimitWaits();
        return pair.SendFromClient(MessageSize, 0) && LibC.Shutdown(pair.Client, ShutdownWrite) == 0 &&
            ReadsToTheEnd(pair.Server) &&
            pair.SendFromServer(MessageSize) && LibC.Shutdown(pair.Server, ShutdownWrite) == 0 &&
            ReadsToTheEnd(pair.Client);
    }

    private static bool ReadsToTheEnd(int fd)
    {
        var got = stackalloc byte[MessageSize + 1];
        nint size = 0;
        nint more;
        do
        {
            more = LibC.Receive(fd, got + size, (nuint)(MessageSize + 1 - size), 0);
            size += Math.Max(more, 0);
        }
        while (more > 0 && size <= MessageSize);
        return more == 0 && size == MessageSize && CanaryBytes.AreRight(new ReadOnlySpan<byte>(got, MessageSize), 0);
    }

    // In /proc the state of a thread stands behind its name.
    private static bool Sleeps(int tid)
    {
        if (tid == 0)
        {
            return false;
        }
        var state = File.ReadAllText($"/proc/self/task/{tid}/stat");
        return state[state.LastIndexOf(')') + 2] == 'S';
    }
}
