// SPDX-License-Identifier: Apache-2.0
// A record of a spool file, little-endian, at a multiple of 8 bytes:
//
//   0  u32 mark            so that the next record is found behind a damaged one
//   4  u32 CRC-32C of the bytes 8 to 31
//   8  u64 first span      how many spans the spool has seen before these, ever
//  16  u32 spans
//  20  u32 length          of what follows the header
//  24  u32 CRC-32C of what follows
//  28  u32 0
//  32  one resource_spans entry of an ExportTraceServiceRequest, then zeros up to a multiple of 8
//
// Spans are numbered, so whatever is missing between two records is known by number.
using System.Buffers.Binary;

namespace Agent.Delivery.Queues;

/// <summary>The header of a record.</summary>
internal readonly record struct SpoolRecord(long FirstSpan, int Spans, int Length, uint Sum)
{
    internal const int HeaderSize = 32;
    internal const int Alignment = 8;

    /// <summary>Longer than any batch may become; a longer one is damage.</summary>
    internal const int MaxLength = 64 << 20;

    private const uint Mark = 0x4f4c4948; // "HILO"
    private const int Summed = 8;

    internal long EndSpan => FirstSpan + Spans;

    /// <summary>With its header and what fills it up, bytes.</summary>
    internal int Size => HeaderSize + ((Length + Alignment - 1) & -Alignment);

    internal static SpoolRecord Of(long firstSpan, int spans, ReadOnlySpan<byte> entry) =>
        new(firstSpan, spans, entry.Length, Crc32C.Of(entry));

    internal static bool TryRead(ReadOnlySpan<byte> header, out SpoolRecord record)
    {
        record = new SpoolRecord(
            BinaryPrimitives.ReadInt64LittleEndian(header[8..]), BinaryPrimitives.ReadInt32LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[20..]), BinaryPrimitives.ReadUInt32LittleEndian(header[24..]));
        return BinaryPrimitives.ReadUInt32LittleEndian(header) == Mark &&
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) == Crc32C.Of(header[Summed..HeaderSize]) &&
            record is { FirstSpan: >= 0, Spans: > 0, Length: > 0 and <= MaxLength };
    }

    internal bool Fits(ReadOnlySpan<byte> entry) => Crc32C.Of(entry) == Sum;

    internal void Write(Span<byte> header)
    {
        header[..HeaderSize].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, Mark);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], FirstSpan);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], Spans);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Sum);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Crc32C.Of(header[Summed..HeaderSize]));
    }
}
