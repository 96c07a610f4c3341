// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>Kinds of BTF records, numbered as in the kernel's <c>BTF_KIND_*</c>.</summary>
internal enum BtfKind : byte
{
    Void,
    Integer,
    Pointer,
    Array,
    Struct,
    Union,
    Enum,
    Forward,
    Typedef,
    Volatile,
    Const,
    Restrict,
    Function,
    FunctionPrototype,
    Variable,
    DataSection,
    Float,
    DeclarationTag,
    TypeTag,
    Enum64,
}

/// <summary>A struct as the object was compiled with it.</summary>
internal sealed class BtfStruct(string name, int size, BtfMember[] members)
{
    private readonly Dictionary<int, string> _tags = [];

    internal string Name { get; } = name;

    internal int Size { get; } = size;

    internal IReadOnlyList<BtfMember> Members { get; } = members;

    /// <summary>The declaration tag of a member, or null.</summary>
    internal string? TagOf(int member) => _tags.GetValueOrDefault(member);

    internal void Tag(int member, string text) => _tags[member] = text;
}

/// <summary>A member of a struct; offset and size in bytes.</summary>
internal readonly record struct BtfMember(string Name, int Offset, int Size);

/// <summary>An enum: its size in bytes and its members.</summary>
internal sealed record BtfEnum(int Size, IReadOnlyDictionary<string, long> Members);

/// <summary>Where a variable lies in its section.</summary>
internal readonly record struct BtfVariable(int Offset, int Size);
