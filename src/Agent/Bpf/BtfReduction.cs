// SPDX-License-Identifier: Apache-2.0
// What relocation (CO-RE) looks at: structs by name, and on the way to a member whatever lies inside them. So of a struct
// the members stay that some object names, with their places; unnamed ones stay because they are looked through; a pointer
// stays a pointer, to nothing; of numbers and enums the size stays. Format: see Btf.cs.
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Bpf;

/// <summary>Takes from BTF the structs and members that are named, and what those are made of.</summary>
internal ref struct BtfReduction
{
    private const ushort Magic = 0xeb9f;
    private const int HeaderSize = 24;
    private const int RecordSize = 12;
    private const int MemberSize = 12;
    private const int Stride = 16;
    private const int MaxName = 128;
    private readonly ReadOnlySpan<byte> _types;
    private readonly ReadOnlySpan<byte> _strings;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _names;
    private readonly List<int> _places = []; // of every 16th record
    private readonly Dictionary<int, int> _copies = [];
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal) { [""] = 0 };
    private readonly List<byte> _newTypes = [];
    private readonly List<byte> _newStrings = [0];
    private int _count;

    private BtfReduction(ReadOnlySpan<byte> types, ReadOnlySpan<byte> strings, HashSet<string> names)
    {
        _types = types;
        _strings = strings;
        _names = names.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>BTF again, of the structs that are called by one of the names.</summary>
    internal static byte[] Of(ReadOnlySpan<byte> btf, HashSet<string> names)
    {
        if (btf.Length < HeaderSize || BinaryPrimitives.ReadUInt16LittleEndian(btf) != Magic)
        {
            throw new InvalidDataException("not BTF of this machine's byte order");
        }
        var body = btf[Number(btf, 4)..];
        var reduction = new BtfReduction(
            body.Slice(Number(btf, 8), Number(btf, 12)), body.Slice(Number(btf, 16), Number(btf, 20)), names);
        reduction.CopyNamedStructs();
        return reduction.Written(btf[..4]);
    }

    private void CopyNamedStructs()
    {
        var wanted = new List<int>();
        var id = 1;
        for (var at = 0; at + RecordSize <= _types.Length; at = After(at), id++)
        {
            if ((id - 1) % Stride == 0)
            {
                _places.Add(at);
            }
            if (KindAt(at) == BtfKind.Struct && IsWanted(Number(_types, at)))
            {
                wanted.Add(id);
            }
        }
        foreach (var found in wanted)
        {
            _ = Copy(found);
        }
    }

    // Returns the number of the copy. What a type is made of is copied before it; through pointers nothing is followed, so
    // nothing contains itself.
    private int Copy(int id)
    {
        if (id == 0)
        {
            return 0;
        }
        if (_copies.TryGetValue(id, out var copy))
        {
            return copy;
        }
        var at = PlaceOf(id);
        copy = KindAt(at) switch
        {
            BtfKind.Typedef or BtfKind.Volatile or BtfKind.Const or BtfKind.Restrict or BtfKind.TypeTag =>
                Copy(Number(_types, at + 8)),
            BtfKind.Struct or BtfKind.Union => CopyMembers(at),
            BtfKind.Array => CopyArray(at),
            BtfKind.Integer => Write(0, Number(_types, at + 4), Number(_types, at + 8), _types.Slice(at + RecordSize, 4)),
            BtfKind.Enum or BtfKind.Enum64 or BtfKind.Float => Write(0, InfoWith(at, 0), Number(_types, at + 8), []),
            BtfKind.Pointer => Write(0, InfoWith(at, 0), 0, []),
            _ => 0,
        };
        return _copies[id] = copy;
    }

    private int CopyArray(int at)
    {
        Span<byte> shape = stackalloc byte[MemberSize];
        _types.Slice(at + RecordSize, MemberSize).CopyTo(shape);
        for (var type = 0; type < 8; type += 4)
        {
            BinaryPrimitives.WriteInt32LittleEndian(shape[type..], Copy(Number(shape, type)));
        }
        return Write(0, Number(_types, at + 4), 0, shape);
    }

    private int CopyMembers(int at)
    {
        var members = new List<byte>();
        var count = Number(_types, at + 4) & 0xffff;
        for (var i = 0; i < count; i++)
        {
            var member = _types.Slice(at + RecordSize + (i * MemberSize), MemberSize);
            var name = Number(member, 0);
            if (IsUnnamed(name) || IsWanted(name))
            {
                WriteNumbers(members, TextOf(name), Copy(Number(member, 4)), Number(member, 8));
            }
        }
        var kept = members.Count / MemberSize;
        return Write(
            TextOf(Number(_types, at)), InfoWith(at, kept), Number(_types, at + 8),
            CollectionsMarshal.AsSpan(members));
    }

    private int Write(int name, int information, int sizeOrType, scoped ReadOnlySpan<byte> rest)
    {
        WriteNumbers(_newTypes, name, information, sizeOrType);
        _newTypes.AddRange(rest);
        return ++_count;
    }

    private readonly byte[] Written(ReadOnlySpan<byte> magicAndVersion)
    {
        var file = new List<byte>();
        file.AddRange(magicAndVersion);
        WriteNumbers(file, HeaderSize, 0, _newTypes.Count, _newTypes.Count, _newStrings.Count);
        return [.. file, .. _newTypes, .. _newStrings];
    }

    private readonly int TextOf(int name)
    {
        var bytes = BytesOf(name);
        var text = Encoding.UTF8.GetString(bytes);
        if (!_texts.TryGetValue(text, out var place))
        {
            place = _texts[text] = _newStrings.Count;
            _newStrings.AddRange(bytes);
            _newStrings.Add(0);
        }
        return place;
    }

    private readonly bool IsWanted(int name)
    {
        Span<char> text = stackalloc char[MaxName];
        return Encoding.UTF8.TryGetChars(BytesOf(name), text, out var length) && _names.Contains(text[..length]);
    }

    private readonly bool IsUnnamed(int name) => _strings[name] == 0;

    private readonly ReadOnlySpan<byte> BytesOf(int name)
    {
        var rest = _strings[name..];
        return rest[..rest.IndexOf((byte)0)];
    }

    private readonly int PlaceOf(int id)
    {
        var at = _places[(id - 1) / Stride];
        for (var i = (id - 1) % Stride; i > 0; i--)
        {
            at = After(at);
        }
        return at;
    }

    private readonly BtfKind KindAt(int at) => (BtfKind)((Number(_types, at + 4) >> 24) & 0x1f);

    private readonly int After(int at) =>
        at + RecordSize + KindAt(at).BodySize(Number(_types, at + 4) & 0xffff);

    // The flag for bit fields and the kind, with another number of members.
    private readonly int InfoWith(int at, int count) => (Number(_types, at + 4) & ~0xffff) | count;

    private static int Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes[at..]);

    private static void WriteNumbers(List<byte> bytes, params ReadOnlySpan<int> numbers)
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(four, number);
            bytes.AddRange(four);
        }
    }
}
