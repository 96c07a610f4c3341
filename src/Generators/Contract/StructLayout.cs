// SPDX-License-Identifier: Apache-2.0
namespace Generators.Contract;

/// <summary>C's rules for where the next member of a struct goes.</summary>
internal sealed class StructLayout
{
    /// <summary>Where the next byte would go.</summary>
    public int Offset { get; private set; }

    public int Alignment { get; private set; } = 1;

    /// <summary>Bytes a compiler leaves out before a member of this alignment.</summary>
    public int PaddingBefore(int alignment) => (alignment - (Offset % alignment)) % alignment;

    /// <summary>Bytes a compiler adds so that the next struct of an array is aligned.</summary>
    public int PaddingAtEnd => PaddingBefore(Alignment);

    /// <summary>Gives a member its offset.</summary>
    public int Place(int size, int alignment)
    {
        var offset = Offset + PaddingBefore(alignment);
        Offset = offset + size;
        Alignment = Math.Max(Alignment, alignment);
        return offset;
    }
}
