// SPDX-License-Identifier: Apache-2.0
// What the parser of contract headers returns: one file, names not resolved yet. Values only, so
// that an unchanged header is recognised as such.
using Generators.Common;

namespace Generators.Contract;

/// <summary>One header.</summary>
internal sealed record HeaderSyntax(
    string Path,
    EquatableArray<IncludeSyntax> Includes,
    EquatableArray<DeclarationSyntax> Declarations,
    EquatableArray<Problem> Problems)
{
    /// <summary>The name other headers include it by.</summary>
    public string FileName => Path.Substring(Path.LastIndexOfAny(['/', '\\']) + 1);
}

/// <summary><c>#include "types.h"</c>.</summary>
internal sealed record IncludeSyntax(string FileName, Position At);

/// <summary>A named thing with a place and maybe a comment.</summary>
internal abstract record DeclarationSyntax(string Name, Position At, string? Doc);

/// <summary><c>#define NAME 16</c>.</summary>
internal sealed record ConstantSyntax(string Name, Position At, string? Doc, ExpressionSyntax Value)
    : DeclarationSyntax(Name, At, Doc);

/// <summary><c>enum name : type { ... }</c>.</summary>
internal sealed record EnumSyntax(
    string Name, Position At, string? Doc, TypeSyntax? Underlying, EquatableArray<MemberSyntax> Members)
    : DeclarationSyntax(Name, At, Doc);

/// <summary>One member of an enum.</summary>
internal sealed record MemberSyntax(string Name, Position At, string? Doc, ExpressionSyntax? Value);

/// <summary><c>struct name { ... }</c>.</summary>
internal sealed record StructSyntax(string Name, Position At, string? Doc, EquatableArray<FieldSyntax> Fields)
    : DeclarationSyntax(Name, At, Doc);

/// <summary>One member of a struct.</summary>
internal sealed record FieldSyntax(
    string Name, Position At, string? Doc, TypeSyntax Type, ArraySyntax? Array, TagSyntax? Tag);

/// <summary>How a type is named: <c>__u8</c>, <c>enum x</c> or <c>struct x</c>.</summary>
internal sealed record TypeSyntax(TypeKeyword Keyword, string Name, Position At);

/// <summary>The word before the name of a type.</summary>
internal enum TypeKeyword
{
    None,
    Enum,
    Struct,
}

/// <summary><c>[SIZE]</c>, or <c>[]</c> when there is no size.</summary>
internal sealed record ArraySyntax(ExpressionSyntax? Size);

/// <summary><c>OTLP("key")</c>.</summary>
internal sealed record TagSyntax(string Key, Position At);

/// <summary>A number, or the name of a constant. A decimal holds every integer of C exactly.</summary>
internal sealed record ExpressionSyntax(decimal Number, string? Name, Position At);
