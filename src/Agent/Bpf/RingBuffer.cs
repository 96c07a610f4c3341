// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;

namespace Agent.Bpf;

/// <summary>The ring that all events come through. One thread waits and drains; any thread may wake it.</summary>
internal sealed unsafe class RingBuffer : IDisposable
{
    private const int NonBlockingCloseOnExec = 0x80800;
    private readonly int _ringFd;
    private readonly int _wakeFd;
    private readonly nuint _pageSize;
    private readonly nuint _size;
    private readonly nint _consumerPage;
    private readonly nint _producerPages;
    private readonly RingMemory _memory;

    internal RingBuffer(int ringFd, uint size)
    {
        _ringFd = ringFd;
        _size = size;
        _pageSize = (nuint)Environment.SystemPageSize;
        _wakeFd = Checked(LibC.EventFd(0, NonBlockingCloseOnExec), "eventfd");
        _consumerPage = Mapped(LibC.ProtectRead | LibC.ProtectWrite, _pageSize, 0);
        _producerPages = Mapped(LibC.ProtectRead, _pageSize + (2 * _size), (long)_pageSize);
        _memory = new RingMemory(
            (ulong*)_consumerPage, (ulong*)_producerPages, (byte*)_producerPages + _pageSize, _size);
    }

    /// <summary>Records that no decoder accepted: a mismatch of versions or of lengths.</summary>
    internal ulong Malformed { get; private set; }

    /// <summary>Bytes that wait to be drained.</summary>
    internal ulong Backlog => _memory.Backlog;

    /// <summary>Hands every finished record to <paramref name="handler"/>, straight from the ring. Returns how many.</summary>
    internal int Drain<T>(ref T handler)
        where T : IEventHandler, allows ref struct
    {
        var count = 0;
        while (_memory.TryPeek(out var record, out var next))
        {
            if (!EventDecoder.TryDispatch(record, ref handler))
            {
                Malformed++;
            }
            _memory.Release(next);
            count++;
        }
        return count;
    }

    /// <summary>Waits for a record, for <see cref="Wake"/>, or for the time to pass.</summary>
    internal void Wait(int milliseconds)
    {
        var entries = stackalloc LibC.PollEntry[2];
        entries[0] = new LibC.PollEntry { Fd = _ringFd, Events = LibC.PollIn };
        entries[1] = new LibC.PollEntry { Fd = _wakeFd, Events = LibC.PollIn };
        if (LibC.Poll(entries, 2, milliseconds) > 0 && entries[1].Returned != 0)
        {
            ulong wakes;
            _ = LibC.Read(_wakeFd, &wakes, sizeof(ulong));
        }
    }

    /// <summary>Ends the current or the next <see cref="Wait"/> early.</summary>
    internal void Wake()
    {
        var one = 1UL;
        _ = LibC.Write(_wakeFd, &one, sizeof(ulong));
    }

    public void Dispose()
    {
        _ = LibC.Unmap(_consumerPage, _pageSize);
        _ = LibC.Unmap(_producerPages, _pageSize + (2 * _size));
        _ = LibC.Close(_wakeFd);
    }

    private nint Mapped(int protection, nuint length, long offset)
    {
        const nint failed = -1;
        var address = LibC.Map(0, length, protection, LibC.MapShared, _ringFd, offset);
        return address != failed ? address : throw new BpfException("cannot map the event ring", LibC.LastError);
    }

    private static int Checked(int fd, string call) =>
        fd >= 0 ? fd : throw new BpfException($"{call} failed", LibC.LastError);
}
