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

/// <summary>How records are laid out.</summary>
internal static class BtfKinds
{
    /// <summary>Bytes that follow the twelve that all records begin with.</summary>
    internal static int BodySize(this BtfKind kind, int count) => kind switch
    {
        BtfKind.Integer or BtfKind.Variable or BtfKind.DeclarationTag => 4,
        BtfKind.Array => 12,
        BtfKind.Struct or BtfKind.Union or BtfKind.DataSection or BtfKind.Enum64 => 12 * count,
        BtfKind.Enum or BtfKind.FunctionPrototype => 8 * count,
        _ => 0,
    };
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
