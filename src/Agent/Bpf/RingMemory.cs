// SPDX-License-Identifier: Apache-2.0
// The protocol of the kernel's BPF ring buffer, as seen by its one reader.
//
// Two counters only grow: the producer's and the consumer's position. Both are taken modulo the size, which is a power of
// two. Each record starts with eight bytes: length in the low 30 bits, bit 31 while the kernel still writes it, bit 30 when
// it gave it up; the next record starts at the next multiple of eight. The data area is mapped twice in a row, so a record
// that runs over the end is still one piece of memory. A record belongs to the reader until the consumer's position is
// written past it: that store is what the kernel waits for, so it comes after the record was used.
using System.Runtime.CompilerServices;

namespace Agent.Bpf;

/// <summary>Positions and data of a mapped ring. Allocates nothing and copies nothing.</summary>
internal readonly unsafe struct RingMemory(ulong* consumer, ulong* producer, byte* data, ulong size)
{
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private const uint HeaderSize = 8;
    private readonly ulong _mask = size - 1;

    /// <summary>The oldest unread record. False when there is none, or when it is still being written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryPeek(out ReadOnlySpan<byte> record, out ulong next)
    {
        var position = *consumer;
        while (position < Volatile.Read(ref *producer))
        {
            var header = data + (position & _mask);
            var length = Volatile.Read(ref *(uint*)header);
            if ((length & Busy) != 0)
            {
                break;
            }
            var bytes = length & ~(Busy | Discarded);
            next = position + ((HeaderSize + (ulong)bytes + 7) & ~7UL);
            if ((length & Discarded) == 0)
            {
                record = new ReadOnlySpan<byte>(header + HeaderSize, (int)bytes);
                return true;
            }
            position = next;
            Release(position);
        }
        record = default;
        next = position;
        return false;
    }

    /// <summary>Gives the memory before <paramref name="next"/> back to the kernel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Release(ulong next) => Volatile.Write(ref *consumer, next);

    /// <summary>Bytes written and not yet released.</summary>
    internal ulong Backlog => Volatile.Read(ref *producer) - *consumer;
}
