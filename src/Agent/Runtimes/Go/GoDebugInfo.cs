// SPDX-License-Identifier: Apache-2.0
// Debug information (DWARF 4 and 5) as far as the compiler of Go writes it: names and members of structures. It is long, and all
// of it has to be walked, so it is asked only where the table (GoLayout) has no answer. A form that is not known ends the search.
using System.Buffers.Binary;
using Agent.Probes;

namespace Agent.Runtimes.Go;

/// <summary>Where the members of structures are, by <c>package.Structure.member</c>.</summary>
internal ref struct GoDebugInfo
{
    private const int StructureTag = 0x13;
    private const int MemberTag = 0x0d;
    private const int NameAttribute = 0x03;
    private const int PlaceAttribute = 0x38;
    private readonly ReadOnlySpan<byte> _abbreviations;
    private readonly string[] _members;
    private readonly uint[] _places;
    private readonly List<Kind?> _kinds = [];
    private ReadOnlySpan<byte> _rest;
    private int _kindsAt = -1;
    private int _version;
    private string _name = "";
    private ulong _number;

    private GoDebugInfo(ReadOnlySpan<byte> info, ReadOnlySpan<byte> abbreviations, string[] members)
    {
        _rest = info;
        _abbreviations = abbreviations;
        _members = members;
        _places = new uint[members.Length];
    }

    /// <summary>Where these are, in the same order; 0 also for what is not there.</summary>
    internal static uint[] Find(ElfFile elf, params string[] members)
    {
        var info = new GoDebugInfo(elf.ContentOf(".debug_info"), elf.ContentOf(".debug_abbrev"), members);
        try
        {
            while (info.TryWalkUnit())
            {
            }
            return info._places;
        }
        catch (Exception damaged) when (damaged is ArgumentOutOfRangeException or IndexOutOfRangeException or InvalidDataException)
        {
            return new uint[members.Length];
        }
    }

    private bool TryWalkUnit()
    {
        if (_rest.Length < 12)
        {
            return false;
        }
        var size = (int)Take(4);
        var unit = _rest[..size];
        var after = _rest[size..];
        _rest = unit;
        _version = (int)Take(2);
        if (_version is not (4 or 5))
        {
            throw new InvalidDataException();
        }
        if (_version == 5)
        {
            _ = Take(2); // kind of unit, size of an address
        }
        ReadKinds((int)Take(4));
        if (_version == 4)
        {
            _ = Take(1);
        }
        WalkEntries();
        _rest = after;
        return true;
    }

    private void WalkEntries()
    {
        var structure = "";
        while (_rest.Length > 0)
        {
            var code = TakeNumber();
            if (code == 0)
            {
                structure = "";
                continue;
            }
            var kind = _kinds[(int)code] ?? throw new InvalidDataException();
            (_name, _number) = ("", 0);
            var isWanted = kind.Tag == StructureTag || structure.Length > 0;
            for (var at = 0; at < kind.Attributes.Length; at += 3)
            {
                Read(kind.Attributes[at], kind.Attributes[at + 1], kind.Attributes[at + 2], isWanted);
            }
            if (kind.Tag == MemberTag && structure.Length > 0)
            {
                Note($"{structure}.{_name}", (uint)_number);
            }
            else if (kind.Tag == StructureTag && kind.HasChildren && _name.Length > 0)
            {
                structure = _name;
            }
        }
    }

    private void Note(string member, uint place)
    {
        var index = Array.IndexOf(_members, member);
        if (index >= 0)
        {
            _places[index] = place;
        }
    }

    private void ReadKinds(int at)
    {
        if (at == _kindsAt)
        {
            return;
        }
        _kindsAt = at;
        _kinds.Clear();
        var unit = _rest;
        _rest = _abbreviations[at..];
        for (var code = TakeNumber(); code != 0; code = TakeNumber())
        {
            var tag = (int)TakeNumber();
            var hasChildren = Take(1) != 0;
            var attributes = new List<int>();
            while (true)
            {
                var (name, form) = ((int)TakeNumber(), (int)TakeNumber());
                if (name == 0 && form == 0)
                {
                    break;
                }
                attributes.AddRange([name, form, form == 0x21 ? (int)TakeNumber() : 0]);
            }
            while (_kinds.Count <= (int)code)
            {
                _kinds.Add(null);
            }
            _kinds[(int)code] = new Kind(tag, hasChildren, [.. attributes]);
        }
        _rest = unit;
    }

    // Chapter 7.5.6 of the standard.
    private void Read(int attribute, int form, int constant, bool isWanted)
    {
        ulong value = 0;
        switch (form)
        {
            case 0x08:
                var end = _rest.IndexOf((byte)0);
                if (attribute == NameAttribute && isWanted)
                {
                    _name = System.Text.Encoding.UTF8.GetString(_rest[..end]);
                }
                _rest = _rest[(end + 1)..];
                break;
            case 0x0b or 0x0c or 0x11 or 0x25 or 0x29:
                value = Take(1);
                break;
            case 0x05 or 0x12 or 0x26 or 0x2a:
                value = Take(2);
                break;
            case 0x27 or 0x2b:
                value = Take(3);
                break;
            case 0x06 or 0x0e or 0x10 or 0x13 or 0x17 or 0x1f or 0x28 or 0x2c:
                value = Take(4);
                break;
            case 0x01 or 0x07 or 0x14 or 0x20:
                value = Take(8);
                break;
            case 0x1e:
                _rest = _rest[16..];
                break;
            case 0x0d or 0x0f or 0x15 or 0x1a or 0x1b or 0x22 or 0x23: // a signed one is not negative where it is asked for
                value = TakeNumber();
                break;
            case 0x09 or 0x18:
                _rest = _rest[(int)TakeNumber()..];
                break;
            case 0x0a:
                _rest = _rest[(int)Take(1)..];
                break;
            case 0x03:
                _rest = _rest[(int)Take(2)..];
                break;
            case 0x04:
                _rest = _rest[(int)Take(4)..];
                break;
            case 0x19:
                break;
            case 0x21:
                value = (ulong)constant;
                break;
            default:
                throw new InvalidDataException();
        }
        if (attribute == PlaceAttribute)
        {
            _number = value;
        }
    }

    private ulong Take(int size)
    {
        Span<byte> word = stackalloc byte[8];
        word.Clear();
        _rest[..size].CopyTo(word);
        _rest = _rest[size..];
        return BinaryPrimitives.ReadUInt64LittleEndian(word);
    }

    private ulong TakeNumber()
    {
        ulong number = 0;
        for (var shift = 0; ; shift += 7)
        {
            var group = _rest[0];
            _rest = _rest[1..];
            number |= (ulong)(group & 0x7f) << shift;
            if (group < 0x80)
            {
                return number;
            }
        }
    }

    // Of each attribute: what it is, its form, and its value if the form says it.
    private sealed record Kind(int Tag, bool HasChildren, int[] Attributes);
}
