// SPDX-License-Identifier: Apache-2.0
// What unpacks xz: its code and what it unpacks are smaller by a quarter of a megabyte than Brotli, which carries a dictionary of words.
using System.Runtime.InteropServices;

namespace Agent.Bpf;

/// <summary>liblzma, linked statically.</summary>
internal static unsafe partial class LibLzma
{
    private const string Library = "liblzma";
    private const ulong MaxMemory = 64 << 20;

    /// <summary>False: it is no xz, damaged, or not of that very size.</summary>
    internal static bool TryUnpack(ReadOnlySpan<byte> packed, Span<byte> unpacked)
    {
        var memory = MaxMemory;
        nuint read = 0;
        nuint written = 0;
        fixed (byte* from = packed, to = unpacked)
        {
            return Decode(&memory, 0, 0, from, &read, (nuint)packed.Length, to, &written, (nuint)unpacked.Length) == 0
                && written == (nuint)unpacked.Length;
        }
    }

    [LibraryImport(Library, EntryPoint = "lzma_stream_buffer_decode")]
    private static partial int Decode(
        ulong* memory, uint flags, nint allocator, byte* from, nuint* read, nuint fromSize, byte* to, nuint* written, nuint toSize);
}
