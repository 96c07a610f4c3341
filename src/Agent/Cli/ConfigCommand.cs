// SPDX-License-Identifier: Apache-2.0
using Agent.Config;

namespace Agent.Cli;

/// <summary><c>hilo config check | print | schema</c>.</summary>
internal static class ConfigCommand
{
    internal static int Execute(ReadOnlySpan<string> arguments, string? file)
    {
        switch (arguments)
        {
            case ["check"]:
                return Check(file);
            case ["check", var named]:
                return Check(named);
            case ["print"]:
                return Print(file);
            case ["print", var named]:
                return Print(named);
            case ["schema"]:
                using (var output = Console.OpenStandardOutput())
                {
                    ConfigSchema.Write(output);
                    output.WriteByte((byte)'\n');
                }
                return 0;
            default:
                throw new FormatException("use hilo config check [FILE], hilo config print [FILE] or hilo config schema");
        }
    }

    private static int Check(string? file)
    {
        var told = Configuration.Load(file);
        told.Read();
        foreach (var warning in told.Warnings)
        {
            Console.WriteLine($"warning: {warning}");
        }
        Console.WriteLine($"{told.Source.File?.Path ?? "environment"}: can be used, {told.Warnings.Count} warning(s)");
        return 0;
    }

    private static int Print(string? file)
    {
        var told = Configuration.Load(file);
        told.Read();
        Console.Write(ConfigPrint.Of(told.Source));
        return 0;
    }
}
