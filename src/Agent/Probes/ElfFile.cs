// SPDX-License-Identifier: Apache-2.0
// As much of ELF as attaching a probe needs: sections by name, function symbols, and where in the file an address lies.
// 64-bit little-endian only, which is every machine Hilo runs on. Files of others are input: all reads are bounded.
using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Agent.Probes;

/// <summary>A program or library on disk.</summary>
internal sealed class ElfFile : IDisposable
{
    private const int HeaderSize = 64;
    private const int SectionSize = 64;
    private const int SegmentSize = 56;
    private const int SymbolSize = 24;
    private const int MaxTable = 64 << 20;
    private const uint SegmentLoad = 1;
    private const uint SegmentInterpreter = 3;
    private const uint SegmentThread = 7;
    private const ulong SectionCompressed = 0x800;
    private const byte SymbolThread = 6;
    private const byte SymbolFunction = 2;
    private readonly SafeFileHandle _file;
    private readonly List<Section> _sections = [];
    private readonly byte[] _segments;

    private ElfFile(SafeFileHandle file, byte[] header)
    {
        _file = file;
        _segments = Read(Number64(header, 32), Number16(header, 56) * (long)SegmentSize);
        ReadSections(header);
    }

    /// <summary>Compiled by the Go toolchain: it makes its system calls itself.</summary>
    internal bool IsGo => _sections.Exists(section => section.Name is ".go.buildinfo" or ".gopclntab");

    /// <summary>Loaded with the help of a dynamic linker.</summary>
    internal bool IsDynamic
    {
        get
        {
            for (var at = 0; at + SegmentSize <= _segments.Length; at += SegmentSize)
            {
                if (Number32(_segments, at) == SegmentInterpreter)
                {
                    return true;
                }
            }
            return false;
        }
    }

    internal static bool TryOpen(string path, out ElfFile elf)
    {
        elf = null!;
        SafeFileHandle? file = null;
        try
        {
            file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var header = new byte[HeaderSize];
            const byte class64 = 2;
            const byte littleEndian = 1;
            if (RandomAccess.Read(file, header, 0) == HeaderSize && header.AsSpan().StartsWith("\x7f"u8) &&
                header.AsSpan(1, 3).SequenceEqual("ELF"u8) && header[4] == class64 && header[5] == littleEndian)
            {
                elf = new ElfFile(file, header);
                return true;
            }
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            elf = null!;
        }
        file?.Dispose();
        return false;
    }

    /// <summary>Offset in the file of a function's first instruction.</summary>
    internal bool TryFindFunction(string name, out ulong offset)
    {
        var found = FindFunctions(name).TryGetValue(name, out var function);
        offset = function.Offset;
        return found;
    }

    /// <summary>Those of the functions that it exports; if it exports none of them, those that it has.</summary>
    internal Dictionary<string, ElfFunction> FindFunctions(params ReadOnlySpan<string> names)
    {
        var found = new Dictionary<string, ElfFunction>(StringComparer.Ordinal);
        FindFunctions(".dynsym", ".dynstr", names, found);
        if (found.Count == 0)
        {
            FindFunctions(".symtab", ".strtab", names, found);
        }
        return found;
    }

    /// <summary>What is in the file from an offset on; less where it ends.</summary>
    internal byte[] ReadCode(ulong offset, int size)
    {
        var code = new byte[size];
        var read = RandomAccess.Read(_file, code, (long)offset);
        return code[..read];
    }

    /// <summary>Offset in the file of the first instruction the program runs.</summary>
    internal bool TryFindEntry(out ulong offset)
    {
        var header = Read(0, HeaderSize);
        return TryFileOffset(Number64(header, 24), out offset);
    }

    /// <summary>Content of the section with this name, which may stand behind that of a group; nothing when there is none.</summary>
    internal byte[] ContentOf(string name)
    {
        var section = SectionOf(name);
        var content = section.Name is null ? [] : Read(section.Offset, section.Size);
        return (section.Flags & SectionCompressed) == 0 ? content : Unpack(content);
    }

    /// <summary>
    /// From a thread's pointer to a variable that it has for itself (x86-64, in the program itself). False when there are several, and the symbols of
    /// the program are gone.
    /// </summary>
    internal bool TryFindThreadVariable(ReadOnlySpan<byte> name, out int offset)
    {
        offset = 0;
        for (var at = 0; at + SegmentSize <= _segments.Length; at += SegmentSize)
        {
            if (Number32(_segments, at) == SegmentThread)
            {
                var alignment = Math.Max(1, Number64(_segments, at + 48));
                var size = Number64(_segments, at + 40);
                var end = (size + alignment - 1) / alignment * alignment;
                offset = -(int)end;
                if (size <= sizeof(ulong))
                {
                    return true;
                }
                var found = TryFindSymbol(name, SymbolThread, out var place);
                offset += (int)place;
                return found;
            }
        }
        offset = -sizeof(ulong);
        return true; // a static program of Go sets the thread's pointer itself
    }

    /// <summary>Where a section is when the program runs, 0: there is none, or it is not loaded.</summary>
    internal ulong AddressOf(string name) => SectionOf(name).Address;

    public void Dispose() => _file.Dispose();

    private void FindFunctions(
        string symbolTable, string stringTable, ReadOnlySpan<string> names, Dictionary<string, ElfFunction> found)
    {
        var symbols = Content(symbolTable);
        var strings = symbols.Length > 0 ? Content(stringTable) : [];
        var texts = new byte[names.Length][];
        for (var number = 0; number < names.Length; number++)
        {
            texts[number] = System.Text.Encoding.UTF8.GetBytes(names[number]);
        }
        for (var at = 0; at + SymbolSize <= symbols.Length; at += SymbolSize)
        {
            var text = Number32(symbols, at);
            var isDefined = Number16(symbols, at + 6) != 0 && Number64(symbols, at + 8) != 0;
            if ((symbols[at + 4] & 0xf) != SymbolFunction || !isDefined || text >= strings.Length)
            {
                continue;
            }
            for (var number = 0; number < texts.Length; number++)
            {
                if (IsText(strings.AsSpan((int)text), texts[number]) && TryFileOffset(Number64(symbols, at + 8), out var offset))
                {
                    found.TryAdd(names[number], new ElfFunction(offset, Number64(symbols, at + 16)));
                }
            }
        }
    }

    private bool TryFindSymbol(ReadOnlySpan<byte> name, byte kind, out ulong value)
    {
        var symbols = Content(".symtab");
        var strings = Content(".strtab");
        for (var at = 0; at + SymbolSize <= symbols.Length; at += SymbolSize)
        {
            var text = Number32(symbols, at);
            if ((symbols[at + 4] & 0xf) == kind && text < strings.Length && IsText(strings.AsSpan((int)text), name))
            {
                value = Number64(symbols, at + 8);
                return true;
            }
        }
        value = 0;
        return false;
    }

    private static bool IsText(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name) =>
        text.Length > name.Length && text[name.Length] == 0 && text.StartsWith(name);

    /// <summary>Where in the file is what a program has at an address.</summary>
    internal bool TryFileOffset(ulong address, out ulong offset)
    {
        for (var at = 0; at + SegmentSize <= _segments.Length; at += SegmentSize)
        {
            var start = Number64(_segments, at + 16);
            if (Number32(_segments, at) == SegmentLoad && address >= start && address - start < Number64(_segments, at + 32))
            {
                offset = address - start + Number64(_segments, at + 8);
                return true;
            }
        }
        offset = 0;
        return false;
    }

    private void ReadSections(byte[] header)
    {
        var table = Read(Number64(header, 40), Number16(header, 60) * (long)SectionSize);
        var namesAt = Number16(header, 62) * SectionSize;
        if (namesAt + SectionSize > table.Length)
        {
            return;
        }
        var names = Read(Number64(table, namesAt + 24), (long)Number64(table, namesAt + 32));
        for (var at = 0; at + SectionSize <= table.Length; at += SectionSize)
        {
            _sections.Add(new Section(
                Text(names, Number32(table, at)), Number64(table, at + 8), Number64(table, at + 16), Number64(table, at + 24), (long)Number64(table, at + 32)));
        }
    }

    private byte[] Content(string sectionName)
    {
        var section = _sections.Find(candidate => candidate.Name == sectionName);
        return section.Name is null ? [] : Read(section.Offset, section.Size);
    }

    private byte[] Read(ulong offset, long size)
    {
        if (size is < 0 or > MaxTable || offset > long.MaxValue)
        {
            throw new InvalidDataException("not an ELF file that can be read");
        }
        var bytes = new byte[size];
        var read = RandomAccess.Read(_file, bytes, (long)offset);
        return read == size ? bytes : throw new InvalidDataException("ELF file ends early");
    }

    private static string Text(ReadOnlySpan<byte> strings, uint at)
    {
        if (at >= strings.Length)
        {
            return "";
        }
        var rest = strings[(int)at..];
        var end = rest.IndexOf((byte)0);
        return System.Text.Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    private static ushort Number16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint Number32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong Number64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private Section SectionOf(string name) => _sections.Find(section => section.Name == name) is { Name: not null } exact
        ? exact
        : _sections.Find(section => section.Name.EndsWith(name, StringComparison.Ordinal));

    // A header says how, and how large it is: zlib is all that linkers use.
    private static byte[] Unpack(byte[] packed)
    {
        const int headerSize = 24;
        const uint zlib = 1;
        if (packed.Length < headerSize || Number32(packed, 0) != zlib || Number64(packed, 8) > MaxTable)
        {
            throw new InvalidDataException("a section is packed in a way that is not known");
        }
        var content = new byte[Number64(packed, 8)];
        using var unpacked = new ZLibStream(new MemoryStream(packed, headerSize, packed.Length - headerSize), CompressionMode.Decompress);
        unpacked.ReadExactly(content);
        return content;
    }

    private readonly record struct Section(string Name, ulong Flags, ulong Address, ulong Offset, long Size);
}
