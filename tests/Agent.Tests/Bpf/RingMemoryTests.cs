// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using System.Text;
using Agent.Bpf;

namespace Agent.Tests.Bpf;

/// <summary>A ring as the kernel would fill it: positions and twice-mapped data in ordinary memory.</summary>
public sealed unsafe class RingMemoryTests : IDisposable
{
    private const int Size = 64;
    private const uint Busy = 1u << 31;
    private const uint Discarded = 1u << 30;
    private readonly ulong* _consumer = (ulong*)NativeMemory.AllocZeroed(8);
    private readonly ulong* _producer = (ulong*)NativeMemory.AllocZeroed(8);
    private readonly byte* _data = (byte*)NativeMemory.AllocZeroed(2 * Size);
    private readonly RingMemory _ring;

    public RingMemoryTests()
    {
        _ring = new RingMemory(_consumer, _producer, _data, Size);
    }

    public void Dispose()
    {
        NativeMemory.Free(_consumer);
        NativeMemory.Free(_producer);
        NativeMemory.Free(_data);
    }

    [Fact]
    public void An_empty_ring_has_no_record() => Assert.Null(Take());

    [Fact]
    public void Records_come_in_order_and_are_padded_to_eight()
    {
        Produce("one");
        Produce("a longer two");
        Assert.Equal("one", Take());
        Assert.Equal("a longer two", Take());
        Assert.Null(Take());
        Assert.Equal(16u + 24u, *_consumer);
        Assert.Equal(0u, _ring.Backlog);
    }

    [Fact]
    public void A_record_that_is_still_written_stops_the_reader()
    {
        var header = Produce("late");
        *header |= Busy;
        Produce("early");
        Assert.Null(Take());
        *header &= ~Busy;
        Assert.Equal("late", Take());
        Assert.Equal("early", Take());
    }

    [Fact]
    public void A_discarded_record_is_passed_over_and_its_memory_returned()
    {
        *Produce("gone") |= Discarded;
        Assert.Null(Take());
        Assert.Equal(*_producer, *_consumer);
        *Produce("gone too") |= Discarded;
        Produce("kept");
        Assert.Equal("kept", Take());
    }

    [Fact]
    public void A_record_over_the_end_is_one_piece()
    {
        *_producer = *_consumer = Size - 16;
        Produce("over the end of it");
        Assert.Equal("over the end of it", Take());
        Assert.Equal((ulong)(Size - 16 + 32), *_consumer);
    }

    [Fact]
    public void The_memory_stays_the_readers_until_it_is_released()
    {
        Produce("held");
        Assert.True(_ring.TryPeek(out _, out var next));
        Assert.Equal(0u, *_consumer);
        _ring.Release(next);
        Assert.Equal(16u, *_consumer);
    }

    private string? Take()
    {
        if (!_ring.TryPeek(out var record, out var next))
        {
            return null;
        }
        var text = Encoding.UTF8.GetString(record);
        _ring.Release(next);
        return text;
    }

    private uint* Produce(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var position = *_producer;
        var header = (uint*)(_data + (position % Size));
        *header = (uint)bytes.Length;
        for (var i = 0; i < bytes.Length; i++)
        {
            Write(position + 8 + (ulong)i, bytes[i]);
        }
        *_producer = position + ((8 + (ulong)bytes.Length + 7) & ~7UL);
        return header;
    }

    // Both mappings show the same byte.
    private void Write(ulong position, byte value)
    {
        _data[position % Size] = value;
        _data[(position % Size) + Size] = value;
    }
}
