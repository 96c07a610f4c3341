// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Buffers.Text;

namespace Agent.Protocols;

/// <summary>Text of an address as the kernel gives it, 16 bytes with IPv4 mapped into IPv6, without an IPAddress.</summary>
internal static class AddressText
{
    /// <summary>Eight groups of four digits and seven colons.</summary>
    public const int MaxSize = 39;

    private const int Groups = 8;

    private static readonly (uint Text, int Length)[] V4Parts = MakeV4Parts();

    /// <summary>Writes the address into <paramref name="buffer"/>, which holds <see cref="MaxSize"/> bytes.</summary>
    public static ReadOnlySpan<byte> Format(ReadOnlySpan<byte> address, Span<byte> buffer)
    {
        ReadOnlySpan<byte> mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
        var size = address.StartsWith(mapped) ? FormatV4(address[12..], buffer) : FormatV6(address, buffer);
        return buffer[..size];
    }

    private static int FormatV4(ReadOnlySpan<byte> address, Span<byte> buffer)
    {
        ReadOnlySpan<(uint Text, int Length)> parts = V4Parts;
        var size = 0;
        for (var i = 0; i < 4; i++)
        {
            // Four bytes are stored, as many as the number and its dot have are kept.
            var (text, length) = parts[address[i]];
            BinaryPrimitives.WriteUInt32LittleEndian(buffer[size..], text);
            size += length;
        }

        return size - 1;
    }

    private static (uint Text, int Length)[] MakeV4Parts()
    {
        var parts = new (uint, int)[256];
        Span<byte> text = stackalloc byte[4];
        for (var i = 0; i < parts.Length; i++)
        {
            text.Clear();
            Utf8Formatter.TryFormat(i, text, out var digits);
            text[digits] = (byte)'.';
            parts[i] = (BinaryPrimitives.ReadUInt32LittleEndian(text), digits + 1);
        }

        return parts;
    }

    /// <summary>RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups as "::".</summary>
    private static int FormatV6(ReadOnlySpan<byte> address, Span<byte> buffer)
    {
        var (runStart, runSize) = LongestZeroRun(address);
        var size = 0;
        for (var i = 0; i < Groups; i++)
        {
            if (i == runStart)
            {
                buffer[size++] = (byte)':';
                buffer[size++] = (byte)':';
                i += runSize - 1;
                continue;
            }

            if (i > 0 && i != runStart + runSize)
            {
                buffer[size++] = (byte)':';
            }

            Utf8Formatter.TryFormat(Group(address, i), buffer[size..], out var written, 'x');
            size += written;
        }

        return size;
    }

    private static (int Start, int Size) LongestZeroRun(ReadOnlySpan<byte> address)
    {
        int bestStart = -Groups, bestSize = 1;
        for (var i = 0; i < Groups; i++)
        {
            var end = i;
            while (end < Groups && Group(address, end) == 0)
            {
                end++;
            }

            if (end - i > bestSize)
            {
                (bestStart, bestSize) = (i, end - i);
            }

            i = Math.Max(i, end - 1);
        }

        return (bestStart, bestSize);
    }

    private static ushort Group(ReadOnlySpan<byte> address, int index) =>
        BinaryPrimitives.ReadUInt16BigEndian(address[(index * 2)..]);
}
