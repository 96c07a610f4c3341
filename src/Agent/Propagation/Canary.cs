// SPDX-License-Identifier: Apache-2.0
// Tries, on connections of the agent with itself, what being in a sockmap does to a socket on this kernel. No version number
// tells: the changes were carried back to some stable kernels and not to others. What is tried is what programs rely on:
// the answer of FIONREAD, blocking reads that a signal interrupts, edge-triggered waiting, the very bytes.
using System.Diagnostics;
using System.Runtime.InteropServices;
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>Runs before the first socket of a target is enrolled.</summary>
internal static unsafe class Canary
{
    private const nuint Fionread = 0x541b;
    private const int UrgentSignal = 23; /* SIGURG: ignored unless handled, used by no one here */
    private const int OptionCookie = 57; /* SO_COOKIE */
    private const int SocketLevel = 1;
    private const int MessageSize = 3000;
    private const int TimeoutMilliseconds = 1000;

    /// <summary>Uses an object of its own: nothing of a run is needed or touched.</summary>
    internal static CanaryReport Try()
    {
        using var canary = BpfObject.Open("canary");
        canary.Load(null);
        var enrolled = canary.Map<ulong, ulong>("canaries");
        canary.Programs().First(program => program.IsSockMessage).AttachSockmap(enrolled.Fd);
        return new CanaryReport(
            With(enrolled, AnswersFionread),
            With(enrolled, SurvivesSignal),
            With(enrolled, WakesEdgeTriggered),
            With(enrolled, PassesBytes));
    }

    private static bool With(BpfMap<ulong, ulong> enrolled, Func<LoopbackPair, bool> test)
    {
        using var pair = LoopbackPair.Open();
        ulong cookie;
        uint size = sizeof(ulong);
        if (LibC.SocketOption(pair.Client, SocketLevel, OptionCookie, &cookie, &size) != 0 ||
            enrolled.Set(cookie, (ulong)pair.Client) != 0)
        {
            throw new BpfException("cannot put a socket into a sockmap", LibC.LastError);
        }
        return test(pair);
    }

    private static bool AnswersFionread(LoopbackPair pair)
    {
        pair.SendFromServer(MessageSize);
        var entry = new LibC.PollEntry { Fd = pair.Client, Events = LibC.PollIn };
        _ = LibC.Poll(&entry, 1, TimeoutMilliseconds);
        var queued = 0;
        return LibC.Control(pair.Client, Fionread, &queued) == 0 && queued == MessageSize;
    }

    private static bool SurvivesSignal(LoopbackPair pair)
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
        while (Volatile.Read(ref tid) == 0 && deadline.ElapsedMilliseconds < TimeoutMilliseconds)
        {
            Thread.Yield();
        }
        Thread.Sleep(2); // into the system call
        _ = LibC.SignalThread(Environment.ProcessId, tid, UrgentSignal);
        reader.Join(2);
        pair.SendFromServer(1);
        reader.Join();
        return received == 1;
    }

    private static bool WakesEdgeTriggered(LoopbackPair pair)
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
                wakes += LibC.EpollWait(epoll, &got, 1, TimeoutMilliseconds);
            }
        }
        _ = LibC.Close(epoll);
        return wakes == 2;
    }

    private static bool PassesBytes(LoopbackPair pair)
    {
        Span<byte> sent = stackalloc byte[MessageSize];
        Span<byte> received = stackalloc byte[MessageSize];
        for (var i = 0; i < sent.Length; i++)
        {
            sent[i] = (byte)(i * 31);
        }
        fixed (byte* source = sent, target = received)
        {
            return LibC.Send(pair.Client, source, MessageSize, 0) == MessageSize &&
                pair.ReceiveAtServer(target, MessageSize) && sent.SequenceEqual(received);
        }
    }
}
