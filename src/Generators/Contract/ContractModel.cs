// SPDX-License-Identifier: Apache-2.0
// The contract with every name resolved and every offset known. Holds no place in any file: moving
// lines around leaves it equal, and everything emitted from it is taken from the previous run.
using Generators.Common;

namespace Generators.Contract;

/// <summary>All shapes of the contract, in an order in which each uses only what stands before it.</summary>
internal sealed record ContractModel(
    EquatableArray<ConstantModel> Constants,
    EquatableArray<EnumModel> Enums,
    EquatableArray<StructModel> Structs,
    EquatableArray<EventModel> Events)
{
    /// <summary>The same shapes for the emitters that write no documentation.</summary>
    public ContractModel WithoutDocs() => new(
        new(Constants.Select(constant => constant with { Doc = null })),
        new(Enums.Select(@enum => @enum with
        {
            Doc = null,
            Members = new(@enum.Members.Select(member => member with { Doc = null })),
        })),
        new(Structs.Select(@struct => @struct with
        {
            Doc = null,
            Fields = new(@struct.Fields.Select(field => field with { Doc = null })),
        })),
        Events);
}

/// <summary>A type a field can have.</summary>
internal interface ITypeModel
{
    string ClrName { get; }

    int Size { get; }

    int Alignment { get; }
}

/// <summary>An integer, or char.</summary>
internal sealed record ScalarModel(string Name, string ClrName, int Size, decimal Min, decimal Max) : ITypeModel
{
    public int Alignment => Size;

    public bool IsText => Name == "char";
}

/// <summary>A named integer.</summary>
internal sealed record ConstantModel(string Name, string ClrName, decimal Value, string? Doc);

/// <summary>An enum; its members carry their values.</summary>
internal sealed record EnumModel(
    string Name, string ClrName, ScalarModel Underlying, EquatableArray<MemberModel> Members, string? Doc) : ITypeModel
{
    public int Size => Underlying.Size;

    public int Alignment => Underlying.Size;
}

/// <summary>A member of an enum; <paramref name="Text"/> is how an attribute spells it.</summary>
internal sealed record MemberModel(string Name, string ClrName, string Text, decimal Value, string? Doc);

/// <summary>A struct; its flexible array, if any, is the last field and adds nothing to its size.</summary>
internal sealed record StructModel(
    string Name, string ClrName, int Size, int Alignment, EquatableArray<FieldModel> Fields, string? Doc) : ITypeModel
{
    public FieldModel? Flexible => Fields.FirstOrDefault(member => member.IsFlexible);

    /// <summary>Name of the constant that holds the size; a field called Size keeps its name.</summary>
    public string SizeConstant => Fields.Any(member => member.ClrName == "Size") ? "StructSize" : "Size";
}

/// <summary>A field at its place. <paramref name="Count"/> is null unless it is an array, 0 when that is flexible.</summary>
internal sealed record FieldModel(
    string Name, string ClrName, FieldTypeModel Type, int? Count, int Offset, string? Tag, string? Doc)
{
    public bool IsFlexible => Count == 0;

    public int Size => Type.Size * (Count ?? 1);

    public string ClrType => Count is null ? Type.ClrName : InlineArrayName;

    /// <summary>Bytes16, Text16, or the element's name: UInt32Array4.</summary>
    public string InlineArrayName => Type.ClrName switch
    {
        _ when Type.IsText => "Text" + Count,
        "byte" => "Bytes" + Count,
        "sbyte" => "SByteArray" + Count,
        "ushort" => "UInt16Array" + Count,
        "short" => "Int16Array" + Count,
        "uint" => "UInt32Array" + Count,
        "int" => "Int32Array" + Count,
        "ulong" => "UInt64Array" + Count,
        "long" => "Int64Array" + Count,
        var other => other + "Array" + Count,
    };
}

/// <summary>What is left of a type at the place of its use.</summary>
internal sealed record FieldTypeModel(TypeKeyword Keyword, string ClrName, int Size, bool IsText);

/// <summary>A struct that travels through the ring, and the value of event_kind that announces it.</summary>
internal sealed record EventModel(string Name, string StructClrName, string KindClrName);
