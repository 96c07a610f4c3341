// SPDX-License-Identifier: Apache-2.0
// The decoder generated from the real contract, fed with what a broken or newer kernel side could send.
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Contract;

namespace Generators.Tests.Contract;

/// <summary>Dispatch by kind and length, without a copy.</summary>
public sealed class EventDecoderTests
{
    private static readonly (EventKind Kind, int Size, bool HasTail)[] Events =
    [
        (EventKind.Exchange, ExchangeEvent.Size, true),
        (EventKind.Process, ProcessEvent.Size, true),
        (EventKind.Listen, ListenEvent.Size, false),
        (EventKind.Fionread, FionreadEvent.Size, false),
        (EventKind.Tls, TlsEvent.Size, false),
        (EventKind.OwnSpan, OwnSpanEvent.StructSize, true),
    ];

    [Fact]
    public void Every_kind_but_none_is_dispatched()
    {
        Assert.Equal(Enum.GetValues<EventKind>().Where(kind => kind != EventKind.None), Events.Select(known => known.Kind));
        Assert.All(Events, known =>
        {
            var seen = new Seen();
            Assert.True(EventDecoder.TryDispatch(Record(known.Kind, known.Size), ref seen));
            Assert.Equal((known.Kind, 1), (seen.Kind, seen.Calls));
        });
    }

    [Fact]
    public void Every_other_length_is_refused()
    {
        foreach (var (kind, size, hasTail) in Events)
        {
            for (var length = 0; length <= size + 8; length++)
            {
                var seen = new Seen();
                var expected = length == size || (hasTail && length > size);
                Assert.Equal(expected, EventDecoder.TryDispatch(Record(kind, length), ref seen));
                Assert.Equal(expected ? 1 : 0, seen.Calls);
            }
        }
    }

    [Fact]
    public void A_header_that_lies_about_the_length_is_refused()
    {
        foreach (var (kind, size, _) in Events)
        {
            foreach (var lie in (uint[])[0, (uint)size - 1, (uint)size + 1, uint.MaxValue, (uint)size | 0x80000000])
            {
                var record = Record(kind, size);
                BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), lie);
                var seen = new Seen();
                Assert.False(EventDecoder.TryDispatch(record, ref seen));
                Assert.Equal(0, seen.Calls);
            }
        }
    }

    [Fact]
    public void An_unknown_kind_is_refused()
    {
        foreach (var kind in (ushort[])[0, (ushort)(Events.Length + 1), ushort.MaxValue])
        {
            var seen = new Seen();
            Assert.False(EventDecoder.TryDispatch(Record((EventKind)kind, 256), ref seen));
            Assert.Equal(0, seen.Calls);
        }
    }

    [Fact]
    public void Fields_are_read_at_any_alignment_and_not_copied()
    {
        for (var shift = 0; shift < 8; shift++)
        {
            var memory = new byte[ExchangeEvent.Size + 3 + shift];
            var record = memory.AsSpan(shift);
            Record(EventKind.Exchange, record.Length).CopyTo(record);
            MemoryMarshal.Write(record[Offset("start_ns")..], 0x1122334455667788UL);
            MemoryMarshal.Write(record[Offset("status")..], (ushort)204);
            "GET"u8.CopyTo(record[ExchangeEvent.Size..]);
            var seen = new Seen { Expected = ref record[0] };

            Assert.True(EventDecoder.TryDispatch(record, ref seen));
            Assert.True(seen.IsSameMemory);
            Assert.Equal((0x1122334455667788UL, 204, "GET"), (seen.StartNs, seen.Status, seen.Heads));
        }
    }

    [Fact]
    public void Random_records_never_throw()
    {
        var random = new Random(1);
        var record = new byte[400];
        var dispatched = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var length = random.Next(record.Length);
            random.NextBytes(record);
            if (length >= EventHeader.StructSize)
            {
                MemoryMarshal.Write(record, (ushort)random.Next(6));
                MemoryMarshal.Write(record.AsSpan(4), length);
            }

            var seen = new Seen();
            dispatched += EventDecoder.TryDispatch(record.AsSpan(0, length), ref seen) ? 1 : 0;
        }

        Assert.InRange(dispatched, 1, 199_999);
    }

    private static int Offset(string field) => ContractLayout.Structs
        .Single(layout => layout.Name == "exchange_event").Fields
        .Single(layout => layout.Name == field).Offset;

    private static byte[] Record(EventKind kind, int length)
    {
        var record = new byte[Math.Max(length, EventHeader.StructSize)];
        MemoryMarshal.Write(record, kind);
        MemoryMarshal.Write(record.AsSpan(4), length);
        return record[..length];
    }

    private ref struct Seen : IEventHandler
    {
        public ref byte Expected;
        public EventKind Kind;
        public int Calls;
        public bool IsSameMemory;
        public ulong StartNs;
        public ushort Status;
        public string Heads;

        public void OnExchange(in ExchangeEvent e, ReadOnlySpan<byte> heads)
        {
            See(e.Header);
            IsSameMemory = Unsafe.AreSame(in Unsafe.As<ExchangeEvent, byte>(ref Unsafe.AsRef(in e)), in Expected);
            StartNs = e.StartNs;
            Status = e.Status;
            Heads = System.Text.Encoding.ASCII.GetString(heads);
        }

        public void OnOwnSpan(in OwnSpanEvent e, ReadOnlySpan<byte> text) => See(e.Header);

        public void OnProcess(in ProcessEvent e, ReadOnlySpan<byte> declared) => See(e.Header);

        public void OnListen(in ListenEvent e) => See(e.Header);

        public void OnFionread(in FionreadEvent e) => See(e.Header);

        public void OnTls(in TlsEvent e) => See(e.Header);

        private void See(EventHeader header)
        {
            Kind = header.Kind;
            Calls++;
        }
    }
}
