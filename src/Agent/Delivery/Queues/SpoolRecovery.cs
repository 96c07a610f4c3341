// SPDX-License-Identifier: Apache-2.0
using Microsoft.Win32.SafeHandles;

namespace Agent.Delivery.Queues;

/// <summary>Finds out where the last file of a spool ends: whatever stopped the agent may have torn its last write.</summary>
internal static class SpoolRecovery
{
    private const int PieceSize = 1 << 20;

    /// <summary>Sets length and last span, and cuts off what follows the last whole record. Returns how many bytes that was.</summary>
    internal static long Mend(SpoolSegment segment)
    {
        using var file = File.OpenHandle(segment.Path, FileMode.Open, FileAccess.ReadWrite);
        var (length, whole, at) = (RandomAccess.GetLength(file), 0L, 0L);
        segment.EndSpan = segment.FirstSpan;
        var piece = new byte[PieceSize];
        while (at < length)
        {
            var read = ReadFully(file, piece, at);
            var cursor = new SpoolCursor(piece.AsMemory(0, read));
            while (cursor.TryNext(out var record, out _))
            {
                segment.EndSpan = record.EndSpan;
                whole = at + cursor.At;
            }
            if (at + read == length)
            {
                break;
            }
            if (cursor.Wanted > piece.Length)
            {
                piece = new byte[cursor.Wanted];
            }
            at += cursor.At;
        }
        if (whole < length)
        {
            RandomAccess.SetLength(file, whole);
        }
        segment.Length = whole;
        return length - whole;
    }

    /// <summary>Reads until <paramref name="buffer"/> is full or the file ends.</summary>
    internal static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var size = 0;
        for (int read; size < buffer.Length && (read = RandomAccess.Read(file, buffer[size..], offset + size)) > 0; size += read)
        {
        }
        return size;
    }
}
