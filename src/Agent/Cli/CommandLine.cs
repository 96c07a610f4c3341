// SPDX-License-Identifier: Apache-2.0
namespace Agent.Cli;

/// <summary>What stands on the command line: a command with its arguments, and which file to read.</summary>
/// <param name="Words">Without the options.</param>
/// <param name="File">After --config, or -config as OBI has it; null: not named.</param>
internal readonly record struct CommandLine(string[] Words, string? File)
{
    private static readonly string[] Options = ["--config", "-config"];

    internal static CommandLine Parse(ReadOnlySpan<string> arguments)
    {
        string? file = null;
        var words = new List<string>();
        for (var i = 0; i < arguments.Length; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            if (Options.Contains(argument))
            {
                file = ++i < arguments.Length ? arguments[i] : throw new FormatException($"{argument} needs the name of a file");
            }
            else if (equals > 0 && Options.Contains(argument[..equals]))
            {
                file = argument[(equals + 1)..];
            }
            else
            {
                words.Add(argument);
            }
        }
        return new CommandLine([.. words], file);
    }
}
