// SPDX-License-Identifier: Apache-2.0
// How far a receiver has come, in a file of two places that are written in turn: whatever interrupts a write, the other one
// is whole. Each holds, little-endian: u64 span number, u64 count of writes, u32 CRC-32C of both, u32 0.
using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Agent.Delivery.Queues;

/// <summary>The position of one receiver, across restarts.</summary>
internal sealed class SpoolPosition : IDisposable
{
    private const int PlaceSize = 24;
    private const int SummedSize = 16;
    private const int MaxNameSize = 64;
    private readonly SafeFileHandle _file;
    private long _writes;

    private SpoolPosition(SafeFileHandle file)
    {
        _file = file;
    }

    /// <summary>The next span it needs; null: it was never here.</summary>
    internal long? Saved { get; private set; }

    /// <summary>A file named after the receiver.</summary>
    internal static SpoolPosition Open(string directory, string receiver)
    {
        var readable = new StringBuilder();
        foreach (var letter in receiver.AsSpan(0, Math.Min(receiver.Length, MaxNameSize)))
        {
            readable.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '-');
        }
        var path = Path.Combine(directory, $"{readable}-{Crc32C.Of(Encoding.UTF8.GetBytes(receiver)):x8}.position");
        var position = new SpoolPosition(File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite));
        position.Read();
        return position;
    }

    /// <summary>Throws <see cref="IOException"/> when the disk does not take it; the last one stays valid.</summary>
    internal void Save(long position)
    {
        if (position == Saved)
        {
            return;
        }
        Span<byte> place = stackalloc byte[PlaceSize];
        place.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(place, position);
        BinaryPrimitives.WriteInt64LittleEndian(place[8..], _writes + 1);
        BinaryPrimitives.WriteUInt32LittleEndian(place[SummedSize..], Crc32C.Of(place[..SummedSize]));
        RandomAccess.Write(_file, place, (_writes + 1) % 2 * PlaceSize);
        RandomAccess.FlushToDisk(_file);
        _writes++;
        Saved = position;
    }

    public void Dispose() => _file.Dispose();

    private void Read()
    {
        Span<byte> places = stackalloc byte[2 * PlaceSize];
        places.Clear();
        RandomAccess.Read(_file, places, 0);
        for (var place = places; place.Length > 0; place = place[PlaceSize..])
        {
            var writes = BinaryPrimitives.ReadInt64LittleEndian(place[8..]);
            if (writes > _writes && BinaryPrimitives.ReadUInt32LittleEndian(place[SummedSize..]) == Crc32C.Of(place[..SummedSize]))
            {
                (_writes, Saved) = (writes, BinaryPrimitives.ReadInt64LittleEndian(place));
            }
        }
    }
}
