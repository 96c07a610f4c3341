// SPDX-License-Identifier: Apache-2.0
using Microsoft.CodeAnalysis;

namespace Generators.Common;

/// <summary>Every rule an input file can break. 001 to 099: the contract; 101 and up: .proto files.</summary>
internal static class Diagnostics
{
    public static readonly DiagnosticDescriptor Syntax = Rule("HILO001", "Expected {0}, found {1}");
    public static readonly DiagnosticDescriptor Unterminated = Rule("HILO002", "{0} is never closed");
    public static readonly DiagnosticDescriptor Directive = Rule("HILO003", "'{0}' is not understood in a contract; allowed are #pragma once, #include \"x.h\", #define NAME integer, and function-like macros, also between #ifdef and #endif");
    public static readonly DiagnosticDescriptor Conditional = Rule("HILO004", "Shapes must not depend on the preprocessor; only function-like macros may stand inside a conditional block");
    public static readonly DiagnosticDescriptor MissingInclude = Rule("HILO005", "'{0}' is not one of the contract's headers");
    public static readonly DiagnosticDescriptor IncludeCycle = Rule("HILO006", "'{0}' includes itself, directly or through others");
    public static readonly DiagnosticDescriptor UnknownType = Rule("HILO007", "'{0}' is not declared before this line, here or in an included header");
    public static readonly DiagnosticDescriptor UnsizedType = Rule("HILO008", "'{0}' is not a type of the contract; use __u8 to __u64, __s8 to __s64, char, an enum or a struct");
    public static readonly DiagnosticDescriptor Pointer = Rule("HILO009", "A pointer means nothing on the other side of the contract");
    public static readonly DiagnosticDescriptor BitField = Rule("HILO010", "'{0}' is a bit-field; its place is up to the compiler");
    public static readonly DiagnosticDescriptor ArrayOfArrays = Rule("HILO011", "'{0}' has more than one dimension");
    public static readonly DiagnosticDescriptor PaddingBefore = Rule("HILO012", "{1} bytes of implicit padding before '{0}'; name them, or order members by size");
    public static readonly DiagnosticDescriptor PaddingAtEnd = Rule("HILO013", "{1} bytes of implicit padding at the end of '{0}'; name them");
    public static readonly DiagnosticDescriptor Duplicate = Rule("HILO014", "'{0}' is declared twice");
    public static readonly DiagnosticDescriptor EnumWithoutType = Rule("HILO015", "Enum '{0}' needs a fixed size: 'enum {0} : __u8'");
    public static readonly DiagnosticDescriptor EnumValue = Rule("HILO016", "{1} does not fit the type of enum '{0}'");
    public static readonly DiagnosticDescriptor ArraySize = Rule("HILO017", "The size of '{0}' must be from 1 to 65536, not {1}");
    public static readonly DiagnosticDescriptor FlexibleNotLast = Rule("HILO018", "'{0}' has no size and must be the last member of its struct, with others before it");
    public static readonly DiagnosticDescriptor FlexibleUse = Rule("HILO019", "'{0}' cannot be used here: a flexible array holds __u8, in an event, and its struct is never a member");
    public static readonly DiagnosticDescriptor Declaration = Rule("HILO020", "'{0}' does not belong into a contract; it holds named enums, named structs and constants, each declared alone");
    public static readonly DiagnosticDescriptor TagType = Rule("HILO021", "'{0}' cannot be an attribute; only integers, enums and char arrays can");
    public static readonly DiagnosticDescriptor TagKey = Rule("HILO022", "'{0}' is not a new attribute key in this struct");
    public static readonly DiagnosticDescriptor EventWithoutValue = Rule("HILO023", "'{0}' is an event, but enum event_kind has no {1}");
    public static readonly DiagnosticDescriptor ValueWithoutEvent = Rule("HILO024", "{0} has no 'struct {1}'");
    public static readonly DiagnosticDescriptor EventHeader = Rule("HILO025", "'{0}' is an event: its first member must be 'struct event_header header'");
    public static readonly DiagnosticDescriptor HeaderShape = Rule("HILO026", "struct event_header must have 'enum event_kind kind' and '__u32 size'");
    public static readonly DiagnosticDescriptor NameClash = Rule("HILO027", "'{0}' becomes '{1}' in C#, and that name is taken here");
    public static readonly DiagnosticDescriptor UnknownConstant = Rule("HILO028", "'{0}' is not a constant declared before this line, here or in an included header");
    public static readonly DiagnosticDescriptor EnumPrefix = Rule("HILO029", "Members of enum '{0}' must begin with its name, or with the first words of it, in capitals");

    public static readonly DiagnosticDescriptor ProtoSyntax = Rule("HILO101", "Expected {0}, found {1}");
    public static readonly DiagnosticDescriptor ProtoUnterminated = Rule("HILO102", "{0} is never closed");
    public static readonly DiagnosticDescriptor ProtoUnsupported = Rule("HILO103", "'{0}' is not supported; the writers cover the part of proto3 that OTLP uses");
    public static readonly DiagnosticDescriptor ProtoImport = Rule("HILO104", "'{0}' is not among the .proto files given");
    public static readonly DiagnosticDescriptor ProtoUnknownType = Rule("HILO105", "'{0}' is not a message or enum of this file or of its imports");
    public static readonly DiagnosticDescriptor ProtoDuplicate = Rule("HILO106", "'{0}' is used twice in '{1}'");
    public static readonly DiagnosticDescriptor ProtoNumber = Rule("HILO107", "{0} is not a number a field of '{1}' may have");
    public static readonly DiagnosticDescriptor ProtoNameClash = Rule("HILO108", "'{0}' becomes '{1}' in C#, and that name is taken");

    private static readonly Dictionary<string, DiagnosticDescriptor> Rules = typeof(Diagnostics)
        .GetFields()
        .Select(field => field.GetValue(null))
        .OfType<DiagnosticDescriptor>()
        .ToDictionary(rule => rule.Id);

    public static IEnumerable<DiagnosticDescriptor> All => Rules.Values;

    public static DiagnosticDescriptor ById(string id) => Rules[id];

    private static DiagnosticDescriptor Rule(string id, string message) => new(
        id,
        title: message,
        messageFormat: message,
        category: "Hilo",
        DiagnosticSeverity.Error,
        isEnabledByDefault: true);
}
