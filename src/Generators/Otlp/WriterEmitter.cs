// SPDX-License-Identifier: Apache-2.0
// Turns a message into a class of field writers. A field without presence is left out when it has its
// default value, as proto3 wants it; members of a oneof and of repeated fields are always written.
using System.Globalization;
using Generators.Common;

namespace Generators.Otlp;

/// <summary>Writes the classes and enums of namespace Agent.Otlp.</summary>
internal static class WriterEmitter
{
    private const string Target = "ref ProtobufWriter writer";

    public static string Message(MessageModel message)
    {
        var writer = SourceWriter.File(OtlpGenerator.Namespace, message.ProtoName, "System");
        writer.Summary($"The fields of {message.ProtoName}: their numbers and how to write them.");
        writer.Open($"internal static class {message.ClrName}Fields");
        foreach (var field in message.Fields)
        {
            writer.Line($"public const int {field.ClrName} = {field.Number};");
        }

        foreach (var field in message.Fields)
        {
            writer.Blank();
            Field(writer, field);
        }

        writer.Close();
        return writer.ToString();
    }

    public static string Enum(EnumModel @enum)
    {
        var writer = SourceWriter.File(OtlpGenerator.Namespace, @enum.ProtoName);
        writer.Summary(@enum.ProtoName);
        writer.Open($"internal enum {@enum.ClrName}");
        foreach (var value in @enum.Values)
        {
            writer.Line($"{value.ClrName} = {value.Number.ToString(CultureInfo.InvariantCulture)},");
        }

        writer.Close();
        return writer.ToString();
    }

    private static void Field(SourceWriter writer, FieldModel field)
    {
        switch (field.Kind)
        {
            case FieldKind.Message:
                Nested(writer, field);
                break;
            case FieldKind.String:
                Text(writer, field);
                break;
            case FieldKind.Bytes:
                Method(writer, field, "scoped ReadOnlySpan<byte> value", "!value.IsEmpty", $"WriteBytes({Tag(field)}, value)");
                break;
            default:
                var (type, isSet, call) = Scalar(field);
                Method(writer, field, $"{type} value", isSet, call);
                break;
        }
    }

    private static void Nested(SourceWriter writer, FieldModel field)
    {
        var tag = Tag(field);
        writer.Summary($"Opens {field.Name}; four bytes are kept for its length.");
        writer.Line($"public static ProtobufToken Begin{field.ClrName}({Target}) => writer.Begin({tag});");
        writer.Blank();
        writer.Summary($"Opens {field.Name}, expected to be shorter than 128 bytes; End moves it when it is not.");
        writer.Line($"public static ProtobufToken BeginShort{field.ClrName}({Target}) => writer.BeginShort({tag});");
        writer.Blank();
        writer.Summary($"Writes {field.Name} from its encoded form.");
        writer.Line($"public static void Write{field.ClrName}({Target}, scoped ReadOnlySpan<byte> encoded) => writer.WriteBytes({tag}, encoded);");
    }

    private static void Text(SourceWriter writer, FieldModel field)
    {
        writer.Summary("The caller knows that the value is UTF-8.");
        Method(writer, field, "scoped ReadOnlySpan<byte> utf8", "!utf8.IsEmpty", $"WriteBytes({Tag(field)}, utf8)");
        writer.Blank();
        writer.Summary("False, and nothing written, when the value is not UTF-8.");
        var condition = field.IsAlwaysWritten ? "" : "value.IsEmpty || ";
        writer.Line($"public static bool TryWrite{field.ClrName}({Target}, scoped ReadOnlySpan<byte> value) => {condition}writer.TryWriteString({Tag(field)}, value);");
    }

    private static void Method(SourceWriter writer, FieldModel field, string parameter, string isSet, string call)
    {
        var header = $"public static void Write{field.ClrName}({Target}, {parameter})";
        if (field.IsAlwaysWritten)
        {
            writer.Line($"{header} => writer.{call};");
            return;
        }

        writer.Open(header);
        writer.Open($"if ({isSet})");
        writer.Line($"writer.{call};");
        writer.Close();
        writer.Close();
    }

    /// <summary>The C# type, the test for "not the default", and the call that writes tag and value.</summary>
    private static (string Type, string IsSet, string Call) Scalar(FieldModel field)
    {
        var tag = Tag(field);
        return field.Kind switch
        {
            FieldKind.Double => ("double", "BitConverter.DoubleToUInt64Bits(value) != 0", $"WriteFixed64({tag}, BitConverter.DoubleToUInt64Bits(value))"),
            FieldKind.Float => ("float", "BitConverter.SingleToUInt32Bits(value) != 0", $"WriteFixed32({tag}, BitConverter.SingleToUInt32Bits(value))"),
            FieldKind.Int32 => ("int", "value != 0", $"WriteVarint({tag}, unchecked((ulong)value))"),
            FieldKind.Int64 => ("long", "value != 0", $"WriteVarint({tag}, unchecked((ulong)value))"),
            FieldKind.UInt32 => ("uint", "value != 0", $"WriteVarint({tag}, value)"),
            FieldKind.UInt64 => ("ulong", "value != 0", $"WriteVarint({tag}, value)"),
            FieldKind.SInt32 => ("int", "value != 0", $"WriteVarint({tag}, unchecked((uint)((value << 1) ^ (value >> 31))))"),
            FieldKind.SInt64 => ("long", "value != 0", $"WriteVarint({tag}, unchecked((ulong)((value << 1) ^ (value >> 63))))"),
            FieldKind.Fixed32 => ("uint", "value != 0", $"WriteFixed32({tag}, value)"),
            FieldKind.Fixed64 => ("ulong", "value != 0", $"WriteFixed64({tag}, value)"),
            FieldKind.SFixed32 => ("int", "value != 0", $"WriteFixed32({tag}, unchecked((uint)value))"),
            FieldKind.SFixed64 => ("long", "value != 0", $"WriteFixed64({tag}, unchecked((ulong)value))"),
            FieldKind.Bool => ("bool", "value", $"WriteVarint({tag}, value ? 1u : 0u)"),
            _ => (field.EnumName!, "value != 0", $"WriteVarint({tag}, unchecked((ulong)(int)value))"),
        };
    }

    /// <summary>Number and wire type as they stand before the value.</summary>
    private static string Tag(FieldModel field)
    {
        var wire = field.Kind switch
        {
            FieldKind.Double or FieldKind.Fixed64 or FieldKind.SFixed64 => 1u,
            FieldKind.String or FieldKind.Bytes or FieldKind.Message => 2u,
            FieldKind.Float or FieldKind.Fixed32 or FieldKind.SFixed32 => 5u,
            _ => 0u,
        };
        return (((uint)field.Number << 3) | wire).ToString(CultureInfo.InvariantCulture);
    }
}
