// SPDX-License-Identifier: Apache-2.0
// A process that asks sockets how much they hold (FIONREAD) gets a wrong answer from those in the sockmap on some kernels.
// The probe on its ioctl() tells before the first answer and lets the process wait, for at most about twenty milliseconds,
// until its sockets are out. So this touches nothing but maps.
using System.Runtime.InteropServices;
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Propagation;

/// <summary>Takes every socket of a process out of the sockmap and tells the process to go on.</summary>
internal sealed unsafe class FionreadEviction : IDisposable
{
    private const int Chunk = 1024;
    private readonly BpfMap<ulong, uint> _pids;
    private readonly EnrolledSockets _enrolled;
    private readonly BpfMap<uint, Watch> _watches;
    private readonly ulong* _cookies = (ulong*)NativeMemory.Alloc(Chunk, sizeof(ulong));
    private readonly uint* _owners = (uint*)NativeMemory.Alloc(Chunk, sizeof(uint));

    internal FionreadEviction(
        BpfMap<ulong, uint> pids, EnrolledSockets enrolled, BpfMap<uint, Watch> watches)
    {
        _pids = pids;
        _enrolled = enrolled;
        _watches = watches;
    }

    /// <summary>Returns how many sockets were taken out.</summary>
    internal int Evict(uint pid)
    {
        var evicted = 0;
        uint position = 0;
        var more = true;
        for (var first = true; more; first = false)
        {
            more = _pids.TryReadChunk(ref position, first, _cookies, _owners, Chunk, out var count);
            for (var i = 0; i < count; i++)
            {
                if (_owners[i] == pid)
                {
                    _enrolled.Remove(_cookies[i]);
                    _pids.Remove(_cookies[i]);
                    evicted++;
                }
            }
        }
        _ = _watches.Set(pid, new Watch { State = WatchState.Evicted });
        return evicted;
    }

    public void Dispose()
    {
        NativeMemory.Free(_cookies);
        NativeMemory.Free(_owners);
    }
}
