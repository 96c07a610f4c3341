// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>The canary's trials of how a member sends.</summary>
internal static unsafe class CanarySends
{
    private const int MessageSize = 3000;
    private const int DontWait = 0x40;
    private const int ErrorQueue = 0x2000;
    private const int ZeroCopy = 0x4000000;
    private const int OptionSendBuffer = 7;
    private const int OptionZeroCopy = 60;
    private const int SmallBuffer = 32 * 1024;
    private const int ManyBytes = 512 * 1024;
    private const int Copies = 3;
    private const int CopySize = 20_000; // of three, one at least does not lie in one piece in the 32 KiB blocks that the kernel copies to

    // What canary.bpf.c inserts, and behind which first byte.
    private const byte InsertMark = 0xca;
    private const int InsertedAt = 8;
    private const int InsertedSize = 64;
    private const byte Inserted = (byte)'c';

    internal static bool PassesBytes(LoopbackPair pair)
    {
        pair.LimitWaits();
        return pair.SendFromClient(MessageSize, 0) && Arrives(pair, MessageSize);
    }

    internal static bool TakesInsertion(LoopbackPair pair)
    {
        var sent = stackalloc byte[MessageSize];
        var got = stackalloc byte[MessageSize + InsertedSize];
        var bytes = new ReadOnlySpan<byte>(got, MessageSize + InsertedSize);
        CanaryBytes.Fill(new Span<byte>(sent, MessageSize), 0);
        sent[0] = InsertMark;
        pair.LimitWaits();
        return LibC.Send(pair.Client, sent, MessageSize, LoopbackPair.NoSignal) == MessageSize && pair.ReceiveAtServer(got, bytes.Length) &&
            got[0] == InsertMark && CanaryBytes.AreRight(bytes[1..InsertedAt], 1) &&
            !bytes.Slice(InsertedAt, InsertedSize).ContainsAnyExcept(Inserted) &&
            CanaryBytes.AreRight(bytes[(InsertedAt + InsertedSize)..], InsertedAt);
    }

    internal static bool Splices(LoopbackPair pair)
    {
        using var pipe = LoopbackPipe.Open();
        var bytes = stackalloc byte[MessageSize];
        CanaryBytes.Fill(new Span<byte>(bytes, MessageSize), 0);
        pair.LimitWaits();
        return LibC.Write(pipe.Writer, bytes, MessageSize) == MessageSize &&
            LibC.Splice(pipe.Reader, null, pair.Client, null, MessageSize, 0) == MessageSize && Arrives(pair, MessageSize);
    }

    internal static bool SendsFile(LoopbackPair pair)
    {
        var bytes = stackalloc byte[MessageSize];
        CanaryBytes.Fill(new Span<byte>(bytes, MessageSize), 0);
        byte name = 0;
        long offset = 0;
        var file = LibC.MemoryFile(&name, LibC.MemoryFileCloseOnExec);
        pair.LimitWaits();
        var isRight = LibC.Write(file, bytes, MessageSize) == MessageSize &&
            LibC.SendFile(pair.Client, file, &offset, MessageSize) == MessageSize && Arrives(pair, MessageSize);
        _ = LibC.Close(file);
        return isRight;
    }

    /// <summary>A kernel without zero-copy sends is right too: nobody can use them.</summary>
    internal static bool ReportsZeroCopies(LoopbackPair pair)
    {
        var one = 1;
        var bytes = stackalloc byte[CopySize * Copies];
        CanaryBytes.Fill(new Span<byte>(bytes, CopySize * Copies), 0);
        if (LibC.SetSocketOption(pair.Client, LoopbackPair.SocketLevel, OptionZeroCopy, &one, sizeof(int)) != 0)
        {
            return true;
        }
        pair.LimitWaits();
        pair.MakeRoom(Copies * CopySize);
        for (var i = 0; i < Copies; i++)
        {
            if (LibC.Send(pair.Client, bytes + (CopySize * i), CopySize, ZeroCopy | LoopbackPair.NoSignal) != CopySize)
            {
                return false;
            }
        }
        return Arrives(pair, CopySize * Copies) && Completions(pair.Client) == Copies;
    }

    internal static bool SurvivesBackpressure(LoopbackPair pair)
    {
        var size = SmallBuffer;
        var bytes = new byte[ManyBytes];
        var got = new byte[ManyBytes];
        var epoll = LibC.EpollCreate(0);
        var wanted = new LibC.EpollEvent { Events = LibC.EpollOut | LibC.EpollEdgeTriggered };
        CanaryBytes.Fill(bytes, 0);
        pair.SendAtOnce();
        pair.LimitWaits();
        var isRight = LibC.SetSocketOption(pair.Client, LoopbackPair.SocketLevel, OptionSendBuffer, &size, sizeof(int)) == 0 &&
            LibC.EpollControl(epoll, LibC.EpollControlAdd, pair.Client, &wanted) == 0 && Pumps(pair, epoll, bytes, got) &&
            CanaryBytes.AreRight(got, 0);
        _ = LibC.Close(epoll);
        return isRight;
    }

    // Writes until nothing fits, reads that at the other side, waits to be told that there is room, and so on to the end.
    private static bool Pumps(LoopbackPair pair, int epoll, byte[] bytes, byte[] got)
    {
        var (sent, received, waits) = (0, 0, 0);
        var happened = default(LibC.EpollEvent);
        var deadline = Stopwatch.StartNew();
        fixed (byte* source = bytes, target = got)
        {
            while (received < bytes.Length && deadline.ElapsedMilliseconds < Canary.TimeoutMilliseconds)
            {
                var more = LibC.Send(pair.Client, source + sent, (nuint)(bytes.Length - sent), DontWait | LoopbackPair.NoSignal);
                if (more > 0)
                {
                    sent += (int)more;
                    continue;
                }
                if (sent < bytes.Length)
                {
                    if (LibC.LastError != LibC.ErrorAgain)
                    {
                        return false;
                    }
                    waits++;
                    _ = LibC.EpollWait(epoll, &happened, 1, 0); // what was reported so far
                }
                var wait = sent < bytes.Length ? DontWait : 0;
                while (received < sent && (more = LibC.Receive(pair.Server, target + received, (nuint)(sent - received), wait)) > 0)
                {
                    received += (int)more;
                }
                if (sent < bytes.Length && LibC.EpollWait(epoll, &happened, 1, Canary.TimeoutMilliseconds) != 1)
                {
                    return false;
                }
            }
        }
        return waits > 0 && received == bytes.Length && pair.IsServerIdle();
    }

    private static bool Arrives(LoopbackPair pair, int size)
    {
        var got = new byte[size];
        fixed (byte* bytes = got)
        {
            return pair.ReceiveAtServer(bytes, size) && CanaryBytes.AreRight(got, 0) && pair.IsServerIdle();
        }
    }

    // Each report names a range of sends, numbered from 0 (struct sock_extended_err behind the header of the control message).
    private static int Completions(int fd)
    {
        const int room = 256;
        const int headerSize = 16;
        const int originAt = headerSize + 4;
        const int firstAt = headerSize + 8;
        const int lastAt = headerSize + 12;
        const byte originZeroCopy = 5;
        var control = stackalloc byte[room];
        var entry = new LibC.PollEntry { Fd = fd };
        var next = 0U;
        while (next < Copies && LibC.Poll(&entry, 1, Canary.TimeoutMilliseconds / 10) == 1)
        {
            var message = new LibC.MessageHeader { Control = control, ControlSize = room };
            if (LibC.ReceiveMessage(fd, &message, ErrorQueue) < 0 || message.ControlSize < lastAt + sizeof(uint) ||
                control[originAt] != originZeroCopy || *(uint*)(control + firstAt) != next)
            {
                return -1;
            }
            next = *(uint*)(control + lastAt) + 1;
        }
        return (int)next;
    }
}
