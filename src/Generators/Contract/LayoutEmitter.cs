// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Contract;

/// <summary>Writes the table that the loader compares with the types a BPF object carries.</summary>
internal static class LayoutEmitter
{
    private const string Types = """
        /// <summary>A struct as C lays it out.</summary>
        internal sealed record StructLayout(string Name, int Size, IReadOnlyList<FieldLayout> Fields);

        /// <summary>A field; a flexible array has size 0. Otlp is the key it is written under, or null.</summary>
        internal sealed record FieldLayout(string Name, int Offset, int Size, string? Otlp);

        /// <summary>An enum as C sees it.</summary>
        internal sealed record EnumLayout(string Name, int Size, IReadOnlyList<EnumMember> Members);

        /// <summary>A member of an enum under its C name; an unsigned value above long.MaxValue wraps.</summary>
        internal sealed record EnumMember(string Name, long Value);
        """;

    public static string Emit(ContractModel model)
    {
        var writer = SourceWriter.File(ContractGenerator.Namespace, ContractGenerator.Origin, "System.Collections.Generic");
        foreach (var line in Types.Split('\n'))
        {
            if (line == "")
            {
                writer.Blank();
            }
            else
            {
                writer.Line(line);
            }
        }

        writer.Blank();
        writer.Summary("Every shape of the contract under its C names.");
        writer.Open("internal static class ContractLayout");
        Structs(writer, model);
        writer.Blank();
        Enums(writer, model);
        writer.Close();
        return writer.ToString();
    }

    private static void Structs(SourceWriter writer, ContractModel model)
    {
        writer.Line("public static IReadOnlyList<StructLayout> Structs { get; } =");
        Table(writer, model.Structs, @struct => $"\"{@struct.Name}\", {@struct.Size}", @struct => @struct.Fields, field =>
        {
            var tag = field.Tag is null ? "null" : $"\"{field.Tag.Replace("\\", "\\\\")}\"";
            return $"\"{field.Name}\", {field.Offset}, {field.Size}, {tag}";
        });
    }

    private static void Enums(SourceWriter writer, ContractModel model)
    {
        writer.Line("public static IReadOnlyList<EnumLayout> Enums { get; } =");
        Table(writer, model.Enums, @enum => $"\"{@enum.Name}\", {@enum.Size}", @enum => @enum.Members, member =>
            $"\"{member.Name}\", {(member.Value > long.MaxValue ? $"unchecked((long){EnumEmitter.Number(member.Value)})" : EnumEmitter.Number(member.Value))}");
    }

    private static void Table<TRow, TCell>(
        SourceWriter writer,
        IEnumerable<TRow> rows,
        Func<TRow, string> rowArguments,
        Func<TRow, IEnumerable<TCell>> cells,
        Func<TCell, string> cellArguments)
    {
        writer.OpenList();
        foreach (var row in rows)
        {
            writer.Line($"new({rowArguments(row)},");
            writer.OpenList();
            foreach (var cell in cells(row))
            {
                writer.Line($"new({cellArguments(cell)}),");
            }

            writer.CloseList("),");
        }

        writer.CloseList(";");
    }
}
