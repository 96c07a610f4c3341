// SPDX-License-Identifier: Apache-2.0
// BTF is how a BPF object describes its own types: a header, a stream of type records that refer to each other by
// position (the first is number 1), and a block of strings. Format: Documentation/bpf/btf.rst of Linux.
// Read here are only the kinds that the contract is made of; the others are skipped by their known length.
using System.Buffers.Binary;
using System.Text;

namespace Agent.Bpf;

/// <summary>The structs, enums, tags and variables of one BPF object.</summary>
internal sealed class Btf
{
    private const ushort Magic = 0xeb9f;
    private const uint BitFieldFlag = 1u << 31;
    private readonly Dictionary<string, BtfStruct> _structs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BtfEnum> _enums = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Section, string Variable), BtfVariable> _variables = [];

    internal Btf(ReadOnlySpan<byte> raw)
    {
        if (raw.Length < 24 || BinaryPrimitives.ReadUInt16LittleEndian(raw) != Magic)
        {
            throw new InvalidOperationException("not BTF of this machine's byte order");
        }
        var header = (int)Number(raw, 4);
        var types = raw.Slice(header + (int)Number(raw, 8), (int)Number(raw, 12));
        var strings = raw.Slice(header + (int)Number(raw, 16), (int)Number(raw, 20));
        Read(Split(types), types, strings);
    }

    /// <summary>What its structs, unions and their members are called.</summary>
    internal HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    internal bool TryFindStruct(string name, out BtfStruct found) => _structs.TryGetValue(name, out found!);

    internal bool TryFindEnum(string name, out BtfEnum found) => _enums.TryGetValue(name, out found!);

    internal bool TryFindVariable(string section, string name, out BtfVariable found) =>
        _variables.TryGetValue((section, name), out found);

    private void Read(List<TypeRecord> records, ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings)
    {
        var structs = new Dictionary<int, BtfStruct>();
        for (var id = 1; id < records.Count; id++)
        {
            var record = records[id];
            switch (record.Kind)
            {
                case BtfKind.Struct:
                    var read = ReadStruct(records, record, types, strings);
                    structs[id] = read;
                    _structs.TryAdd(read.Name, read);
                    AddNames(read);
                    break;
                case BtfKind.Union:
                    AddNames(ReadStruct(records, record, types, strings));
                    break;
                case BtfKind.Enum:
                    _enums.TryAdd(Text(strings, record.Name), ReadEnum(record, types, strings));
                    break;
                case BtfKind.DataSection:
                    ReadSection(records, record, types, strings);
                    break;
            }
        }
        foreach (var record in records)
        {
            if (record.Kind == BtfKind.DeclarationTag && structs.TryGetValue((int)record.SizeOrType, out var tagged))
            {
                tagged.Tag((int)Number(types, record.Body), Text(strings, record.Name));
            }
        }
    }

    private void AddNames(BtfStruct read)
    {
        Names.Add(read.Name);
        Names.UnionWith(read.Members.Select(member => member.Name));
    }

    private static BtfStruct ReadStruct(
        List<TypeRecord> records, TypeRecord record, ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings)
    {
        const int memberSize = 12;
        var members = new BtfMember[record.Count];
        for (var i = 0; i < members.Length; i++)
        {
            var at = record.Body + (i * memberSize);
            var bits = Number(types, at + 8);
            var offset = record.Flag ? (bits & 0xffffff) / 8 : bits / 8;
            var size = SizeOf(records, types, (int)Number(types, at + 4));
            members[i] = new BtfMember(Text(strings, Number(types, at)), (int)offset, size);
        }
        return new BtfStruct(Text(strings, record.Name), (int)record.SizeOrType, members);
    }

    private static BtfEnum ReadEnum(TypeRecord record, ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings)
    {
        const int memberSize = 8;
        var members = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < record.Count; i++)
        {
            var at = record.Body + (i * memberSize);
            var value = Number(types, at + 4);
            members[Text(strings, Number(types, at))] = record.Flag ? (int)value : value;
        }
        return new BtfEnum((int)record.SizeOrType, members);
    }

    private void ReadSection(
        List<TypeRecord> records, TypeRecord record, ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings)
    {
        const int entrySize = 12;
        var section = Text(strings, record.Name);
        for (var i = 0; i < record.Count; i++)
        {
            var at = record.Body + (i * entrySize);
            var variable = records[(int)Number(types, at)];
            var size = SizeOf(records, types, (int)variable.SizeOrType);
            _variables[(section, Text(strings, variable.Name))] = new BtfVariable((int)Number(types, at + 4), size);
        }
    }

    // Pointers count eight bytes, arrays their product; qualifiers and typedefs are looked through.
    private static int SizeOf(List<TypeRecord> records, ReadOnlySpan<byte> types, int id)
    {
        const int pointerSize = 8;
        const int maxDepth = 32;
        var factor = 1;
        for (var depth = 0; depth < maxDepth && id > 0 && id < records.Count; depth++)
        {
            var record = records[id];
            switch (record.Kind)
            {
                case BtfKind.Pointer:
                    return factor * pointerSize;
                case BtfKind.Array:
                    factor *= (int)Number(types, record.Body + 8);
                    id = (int)Number(types, record.Body);
                    break;
                case BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag:
                    id = (int)record.SizeOrType;
                    break;
                default:
                    return factor * (int)record.SizeOrType;
            }
        }
        return 0;
    }

    private static List<TypeRecord> Split(ReadOnlySpan<byte> types)
    {
        const int recordSize = 12;
        var records = new List<TypeRecord> { default };
        var at = 0;
        while (at + recordSize <= types.Length)
        {
            var info = Number(types, at + 4);
            var record = new TypeRecord(
                (BtfKind)((info >> 24) & 0x1f), Number(types, at), Number(types, at + 8), (int)(info & 0xffff),
                (info & BitFieldFlag) != 0, at + recordSize);
            records.Add(record);
            at = record.Body + record.BodySize;
        }
        return records;
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static string Text(ReadOnlySpan<byte> strings, uint at)
    {
        var rest = strings[(int)at..];
        return Encoding.UTF8.GetString(rest[..rest.IndexOf((byte)0)]);
    }

    private readonly record struct TypeRecord(
        BtfKind Kind, uint Name, uint SizeOrType, int Count, bool Flag, int Body)
    {
        internal int BodySize => Kind.BodySize(Count);
    }
}
