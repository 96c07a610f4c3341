// SPDX-License-Identifier: Apache-2.0
// What the parser of .proto files returns: one file, type names not resolved yet.
using Generators.Common;

namespace Generators.Otlp;

/// <summary>One .proto file.</summary>
internal sealed record ProtoSyntax(
    string Path,
    string Package,
    EquatableArray<ImportSyntax> Imports,
    EquatableArray<MessageSyntax> Messages,
    EquatableArray<EnumSyntax> Enums,
    EquatableArray<Problem> Problems);

/// <summary><c>import "a/b.proto";</c>.</summary>
internal sealed record ImportSyntax(string Path, Position At);

/// <summary>A message and what is declared inside it.</summary>
internal sealed record MessageSyntax(
    string Name,
    Position At,
    EquatableArray<FieldSyntax> Fields,
    EquatableArray<RangeSyntax> Reserved,
    EquatableArray<MessageSyntax> Messages,
    EquatableArray<EnumSyntax> Enums);

/// <summary>One field; <paramref name="HasPresence"/> when even its default value says something.</summary>
internal sealed record FieldSyntax(string Name, Position At, string Type, long Number, bool IsRepeated, bool HasPresence);

/// <summary>Field numbers that must not be used.</summary>
internal sealed record RangeSyntax(long First, long Last);

/// <summary>An enum.</summary>
internal sealed record EnumSyntax(string Name, Position At, EquatableArray<EnumValueSyntax> Values);

/// <summary>One value of an enum.</summary>
internal sealed record EnumValueSyntax(string Name, Position At, long Number);
