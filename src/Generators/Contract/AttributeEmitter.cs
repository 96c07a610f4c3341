// SPDX-License-Identifier: Apache-2.0
// A field tagged OTLP("key") becomes one attribute of the span, unless it is zero. An enum is written
// as the name of its member: a number would mean nothing to who reads the trace.
using Generators.Common;

namespace Generators.Contract;

/// <summary>Writes one attribute writer per struct that has tags.</summary>
internal static class AttributeEmitter
{
    private const string SpanWriter = "global::Agent.Tracing.SpanWriter";

    public static string Emit(ContractModel model)
    {
        var writer = SourceWriter.File(ContractGenerator.Namespace, ContractGenerator.Origin, "System");
        var enums = model.Enums.ToDictionary(@enum => @enum.ClrName);
        foreach (var @struct in Tagged(model))
        {
            writer.Blank();
            Attributes(writer, @struct, enums);
        }

        return writer.ToString();
    }

    public static IEnumerable<StructModel> Tagged(ContractModel model) =>
        model.Structs.Where(@struct => @struct.Fields.Any(field => field.Tag is not null));

    private static void Attributes(SourceWriter writer, StructModel @struct, Dictionary<string, EnumModel> enums)
    {
        writer.Summary($"Writes the tagged fields of {@struct.ClrName} as attributes.");
        writer.Open($"internal static class {@struct.ClrName}Attributes");
        writer.Open($"public static void Write(in {@struct.ClrName} e, ref {SpanWriter} span)");
        var tagged = @struct.Fields.Where(field => field.Tag is not null).ToArray();
        foreach (var field in tagged)
        {
            writer.Blank();
            Attribute(writer, field);
        }

        writer.Close();
        var used = tagged.Where(field => field.Type.Keyword == TypeKeyword.Enum).Select(field => field.Type.ClrName).Distinct();
        foreach (var name in used)
        {
            writer.Blank();
            Text(writer, enums[name]);
        }

        writer.Close();
    }

    private static void Attribute(SourceWriter writer, FieldModel field)
    {
        var key = Literal(field.Tag!);
        if (field.Type.IsText)
        {
            writer.Open($"if (e.{field.ClrName}.UntilZero() is {{ IsEmpty: false }} {Local(field)})");
            writer.Line($"span.Attribute({key}, {Local(field)});");
        }
        else if (field.Type.Keyword == TypeKeyword.Enum)
        {
            writer.Open($"if (Text(e.{field.ClrName}) is {{ IsEmpty: false }} {Local(field)})");
            writer.Line($"span.Attribute({key}, {Local(field)});");
        }
        else
        {
            writer.Open($"if (e.{field.ClrName} != 0)");
            writer.Line($"span.Attribute({key}, unchecked((long)e.{field.ClrName}));");
        }

        writer.Close();
    }

    /// <summary>Empty for zero and for a value this build does not know.</summary>
    private static void Text(SourceWriter writer, EnumModel @enum)
    {
        writer.Open($"private static ReadOnlySpan<byte> Text({@enum.ClrName} value) => value switch");
        foreach (var member in @enum.Members.Where(member => member.Value != 0).GroupBy(member => member.Value))
        {
            writer.Line($"{@enum.ClrName}.{member.First().ClrName} => {Literal(member.First().Text)},");
        }

        writer.Line("_ => default,");
        writer.Close(";");
    }

    private static string Local(FieldModel field) => "text" + field.ClrName;

    private static string Literal(string text) => $"\"{text.Replace("\\", "\\\\")}\"u8";
}
