// SPDX-License-Identifier: Apache-2.0
// The table by which a program of Go names its functions in a panic: it needs it, so stripping leaves it. Its form is that of Go
// 1.18, which 1.20 changed in ways that do not matter here. Names of functions and where they begin; they are in the order of
// their addresses, so each ends where the next one begins.
using System.Buffers.Binary;
using System.Text;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>Functions of a program of Go by name.</summary>
internal static class GoFunctions
{
    private const uint Magic18 = 0xfffffff0;
    private const uint Magic20 = 0xfffffff1;
    private const int HeaderSize = 72;
    private const int CountAt = 8;
    private const int TextAt = 24;
    private const int NamesAt = 32;
    private const int FunctionsAt = 64;
    private const int EntrySize = 8;
    private const int ModuleTextAt = 176; // runtime.moduledata.text

    /// <summary>Where these are, in the same order, of vendored packages, too; nothing for what is not there.</summary>
    internal static GoFunction?[] Find(ElfFile elf, params string[] names)
    {
        var found = new GoFunction?[names.Length];
        ReadOnlySpan<byte> table = elf.ContentOf(".gopclntab");
        if (table.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(table) is not (Magic18 or Magic20))
        {
            return found;
        }
        var count = Offset(table, CountAt);
        var text = TextStart(elf, table);
        var nameTable = Tail(table, Offset(table, NamesAt));
        var functions = Tail(table, Offset(table, FunctionsAt));
        if (text == 0 || count <= 0 || (long)count * EntrySize + 4 > functions.Length)
        {
            return found;
        }
        var wanted = new byte[names.Length][];
        for (var index = 0; index < names.Length; index++)
        {
            wanted[index] = Encoding.UTF8.GetBytes(names[index]);
        }
        for (var number = 0; number < count; number++)
        {
            var entry = functions[(number * EntrySize)..];
            var start = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            var data = Tail(functions, (int)BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
            var name = data.Length < 8 ? default : Tail(nameTable, BinaryPrimitives.ReadInt32LittleEndian(data[4..]));
            for (var index = 0; index < wanted.Length; index++)
            {
                if (Is(name, wanted[index]))
                {
                    found[index] ??= new GoFunction(text + start, (int)(BinaryPrimitives.ReadUInt32LittleEndian(entry[EntrySize..]) - start));
                }
            }
        }
        return found;
    }

    // The names are long and differ near the end, their packages near the beginning: most are told apart by one byte.
    private static bool Is(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        if (text.Length > name.Length && text[name.Length] == 0 && text.StartsWith(name))
        {
            return true;
        }
        if (text.Length <= name.Length || !name.StartsWith("g"u8))
        {
            return false;
        }
        // Of what is vendored the path of the vendor stands in front.
        var end = text.IndexOf((byte)0);
        return end > name.Length && text[..end].EndsWith(name) && text[..(end - name.Length)].EndsWith("/vendor/"u8);
    }

    // Since Go 1.26 it is told by the module's own data, which the linker fills. Where a loader does that, the section will do.
    private static ulong TextStart(ElfFile elf, ReadOnlySpan<byte> table)
    {
        var text = BinaryPrimitives.ReadUInt64LittleEndian(table[TextAt..]);
        var module = text == 0 ? elf.ContentOf(".go.module") : [];
        if (module.Length >= ModuleTextAt + sizeof(ulong))
        {
            text = BinaryPrimitives.ReadUInt64LittleEndian(module.AsSpan(ModuleTextAt));
        }
        return text != 0 ? text : elf.AddressOf(".text");
    }

    private static int Offset(ReadOnlySpan<byte> table, int at) =>
        (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(table[at..]), int.MaxValue);

    private static ReadOnlySpan<byte> Tail(ReadOnlySpan<byte> bytes, int at) => at >= 0 && at < bytes.Length ? bytes[at..] : default;
}
