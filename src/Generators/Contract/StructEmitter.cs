// SPDX-License-Identifier: Apache-2.0
// Every struct gets explicit offsets and the alignment of a byte, so that a reference to one may
// point anywhere into ring-buffer memory.
using Generators.Common;

namespace Generators.Contract;

/// <summary>Writes structs and the inline arrays they use.</summary>
internal static class StructEmitter
{
    public static string Emit(ContractModel model)
    {
        var writer = SourceWriter.File(
            ContractGenerator.Namespace,
            ContractGenerator.Origin,
            "System",
            "System.Diagnostics.CodeAnalysis",
            "System.Runtime.CompilerServices",
            "System.Runtime.InteropServices");
        writer.Line("#pragma warning disable CS0169, CS0649 // the kernel assigns these fields");
        foreach (var @struct in model.Structs)
        {
            writer.Blank();
            Struct(writer, @struct);
        }

        var arrays = model.Structs.SelectMany(@struct => @struct.Fields).Where(field => field.Count > 0);
        foreach (var array in arrays.GroupBy(field => field.InlineArrayName).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            writer.Blank();
            InlineArray(writer, array.First());
        }

        return writer.ToString();
    }

    private static void Struct(SourceWriter writer, StructModel @struct)
    {
        writer.Summary(@struct.Doc);
        writer.Line($"[StructLayoutAttribute(LayoutKind.Explicit, Pack = 1, Size = {@struct.Size})]");
        writer.Open($"internal struct {@struct.ClrName}");
        writer.Summary(@struct.Flexible is null ? "Bytes of this struct." : $"Bytes of this struct without {@struct.Flexible.Name}.");
        writer.Line($"public const int {@struct.SizeConstant} = {@struct.Size};");
        foreach (var field in @struct.Fields.Where(field => !field.IsFlexible))
        {
            writer.Blank();
            writer.Summary(field.Doc);
            writer.Line($"[FieldOffset({field.Offset})] public {field.ClrType} {field.ClrName};");
        }

        writer.Close();
    }

    private static void InlineArray(SourceWriter writer, FieldModel field)
    {
        var element = field.Type.ClrName;
        writer.Line($"[InlineArray({field.Count})]");
        writer.Open($"internal struct {field.InlineArrayName}");
        writer.Line($"private {element} _first;");
        writer.Blank();
        writer.Summary("All elements, where they are.");
        writer.Line("[UnscopedRef]");
        writer.Line($"public readonly ReadOnlySpan<{element}> AsSpan() => MemoryMarshal.CreateReadOnlySpan(in _first, {field.Count});");
        if (field.Type.IsText)
        {
            writer.Blank();
            writer.Summary("The bytes before the first zero.");
            writer.Line("[UnscopedRef]");
            writer.Open("public readonly ReadOnlySpan<byte> UntilZero()");
            writer.Line("var end = AsSpan().IndexOf((byte)0);");
            writer.Line("return end < 0 ? AsSpan() : AsSpan()[..end];");
            writer.Close();
        }

        writer.Close();
    }
}
