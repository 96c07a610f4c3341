// SPDX-License-Identifier: Apache-2.0
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Agent.Otlp;

/// <summary>Copies a few bytes with two overlapping moves: a call to memmove costs more than they do.</summary>
internal static class ShortCopy
{
    /// <summary>The caller has made sure that the target has room for the whole source.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(scoped ref byte target, scoped ReadOnlySpan<byte> source)
    {
        ref var from = ref MemoryMarshal.GetReference(source);
        var size = source.Length;
        if (size >= Vector128<byte>.Count && size <= 2 * Vector128<byte>.Count)
        {
            var tail = Vector128.LoadUnsafe(ref from, (nuint)(size - Vector128<byte>.Count));
            Vector128.LoadUnsafe(ref from).StoreUnsafe(ref target);
            tail.StoreUnsafe(ref target, (nuint)(size - Vector128<byte>.Count));
        }
        else if (size is >= sizeof(ulong) and <= 2 * sizeof(ulong))
        {
            var tail = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref from, size - sizeof(ulong)));
            Unsafe.WriteUnaligned(ref target, Unsafe.ReadUnaligned<ulong>(ref from));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, size - sizeof(ulong)), tail);
        }
        else if (size is >= sizeof(uint) and < sizeof(ulong))
        {
            var tail = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref from, size - sizeof(uint)));
            Unsafe.WriteUnaligned(ref target, Unsafe.ReadUnaligned<uint>(ref from));
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, size - sizeof(uint)), tail);
        }
        else
        {
            Any(ref target, source);
        }
    }

    private static void Any(scoped ref byte target, scoped ReadOnlySpan<byte> source) =>
        source.CopyTo(MemoryMarshal.CreateSpan(ref target, source.Length));
}
