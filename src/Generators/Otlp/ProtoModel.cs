// SPDX-License-Identifier: Apache-2.0
// The schema with every type resolved, and nothing about where it was written.
using Generators.Common;

namespace Generators.Otlp;

/// <summary>All messages and enums.</summary>
internal sealed record ProtoModel(EquatableArray<MessageModel> Messages, EquatableArray<EnumModel> Enums);

/// <summary>A message; nested ones carry the outer name in front.</summary>
internal sealed record MessageModel(string ProtoName, string ClrName, EquatableArray<FieldModel> Fields);

/// <summary>A field; <paramref name="IsAlwaysWritten"/> when its default value must appear on the wire too.</summary>
internal sealed record FieldModel(string Name, string ClrName, int Number, FieldKind Kind, string? EnumName, bool IsAlwaysWritten);

/// <summary>How a field is encoded.</summary>
internal enum FieldKind
{
    Double,
    Float,
    Int32,
    Int64,
    UInt32,
    UInt64,
    SInt32,
    SInt64,
    Fixed32,
    Fixed64,
    SFixed32,
    SFixed64,
    Bool,
    String,
    Bytes,
    Enum,
    Message,
}

/// <summary>An enum.</summary>
internal sealed record EnumModel(string ProtoName, string ClrName, EquatableArray<EnumValueModel> Values);

/// <summary>One value of an enum.</summary>
internal sealed record EnumValueModel(string ClrName, long Number);
