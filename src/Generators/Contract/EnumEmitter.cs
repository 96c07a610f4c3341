// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Generators.Common;

namespace Generators.Contract;

/// <summary>Writes constants and enums.</summary>
internal static class EnumEmitter
{
    public static string Emit(ContractModel model)
    {
        var writer = SourceWriter.File(ContractGenerator.Namespace, ContractGenerator.Origin);
        if (model.Constants.Count > 0)
        {
            Constants(writer, model.Constants);
        }

        foreach (var @enum in model.Enums)
        {
            writer.Blank();
            writer.Summary(@enum.Doc);
            writer.Open($"internal enum {@enum.ClrName} : {@enum.Underlying.ClrName}");
            foreach (var member in @enum.Members)
            {
                writer.Summary(member.Doc);
                writer.Line($"{member.ClrName} = {Number(member.Value)},");
            }

            writer.Close();
        }

        return writer.ToString();
    }

    public static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Constants(SourceWriter writer, IEnumerable<ConstantModel> constants)
    {
        writer.Summary("The contract's named numbers.");
        writer.Open("internal static class Constants");
        foreach (var constant in constants)
        {
            writer.Summary(constant.Doc);
            writer.Line($"public const {ClrType(constant.Value)} {constant.ClrName} = {Number(constant.Value)};");
        }

        writer.Close();
    }

    private static string ClrType(decimal value) => value switch
    {
        >= int.MinValue and <= int.MaxValue => "int",
        >= 0 and <= uint.MaxValue => "uint",
        >= long.MinValue and <= long.MaxValue => "long",
        _ => "ulong",
    };
}
