// SPDX-License-Identifier: Apache-2.0
using Generators.Common;

namespace Generators.Contract;

/// <summary>Writes IEventHandler and the switch that calls it.</summary>
internal static class DecoderEmitter
{
    public static string Emit(ContractModel model)
    {
        var writer = SourceWriter.File(
            ContractGenerator.Namespace,
            ContractGenerator.Origin,
            "System",
            "System.Runtime.CompilerServices",
            "System.Runtime.InteropServices");
        var structs = model.Structs.ToDictionary(@struct => @struct.ClrName);
        Handler(writer, model, structs);
        writer.Blank();
        writer.Summary("Hands records of the ring to the handler, as they lie in memory.");
        writer.Open("internal static class EventDecoder");
        Dispatch(writer, model, structs);
        writer.Blank();
        writer.Line("/// <remarks>The caller has compared the length with the size of T; T is aligned like a byte.</remarks>");
        writer.Line("private static ref readonly T View<T>(ReadOnlySpan<byte> record) where T : unmanaged =>");
        writer.Line("    ref Unsafe.As<byte, T>(ref MemoryMarshal.GetReference(record));");
        writer.Close();
        return writer.ToString();
    }

    private static void Handler(SourceWriter writer, ContractModel model, Dictionary<string, StructModel> structs)
    {
        writer.Summary("Receives events. What is passed lies in the ring: it is gone when the method returns.");
        writer.Open("internal interface IEventHandler");
        foreach (var @event in model.Events)
        {
            var tail = structs[@event.StructClrName].Flexible is { } flexible ? $", ReadOnlySpan<byte> {Parameter(flexible)}" : "";
            writer.Line($"void On{@event.Name}(in {@event.StructClrName} e{tail});");
        }

        writer.Close();
    }

    private static void Dispatch(SourceWriter writer, ContractModel model, Dictionary<string, StructModel> structs)
    {
        writer.Summary("False when the kind is unknown or the length is not what kind and header say; nothing was called then.");
        writer.Line("public static bool TryDispatch<T>(ReadOnlySpan<byte> record, ref T handler)");
        writer.Open("    where T : IEventHandler, allows ref struct");
        var headerSize = "EventHeader." + structs["EventHeader"].SizeConstant;
        writer.Line($"if (record.Length < {headerSize} || View<EventHeader>(record).Size != (uint)record.Length)");
        ReturnFalse(writer);
        writer.Blank();
        writer.Open("switch (View<EventHeader>(record).Kind)");
        foreach (var @event in model.Events)
        {
            Case(writer, @event, structs[@event.StructClrName]);
        }

        writer.Open("default:");
        writer.Line("return false;");
        writer.Close();
        writer.Close();
        writer.Close();
    }

    private static void Case(SourceWriter writer, EventModel @event, StructModel @struct)
    {
        var size = $"{@struct.ClrName}.{@struct.SizeConstant}";
        writer.Open($"case EventKind.{@event.KindClrName}:");
        writer.Line($"if (record.Length {(@struct.Flexible is null ? "!=" : "<")} {size})");
        ReturnFalse(writer);
        writer.Blank();
        var tail = @struct.Flexible is null ? "" : $", record[{size}..]";
        writer.Line($"handler.On{@event.Name}(in View<{@struct.ClrName}>(record){tail});");
        writer.Line("return true;");
        writer.Close();
    }

    private static void ReturnFalse(SourceWriter writer)
    {
        writer.Open();
        writer.Line("return false;");
        writer.Close();
    }

    private static string Parameter(FieldModel field) =>
        "@" + char.ToLowerInvariant(field.ClrName[0]) + field.ClrName.Substring(1);
}
