// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>Lines about the agent itself, on stderr. Stdout belongs to traces.</summary>
internal static class Log
{
    /// <summary>The least important line that is written.</summary>
    internal static LogLevel Level { get; set; } = LogLevel.Info;

    internal static void Debug(string line) => Write(LogLevel.Debug, line);

    internal static void Info(string line) => Write(LogLevel.Info, line);

    internal static void Warn(string line) => Write(LogLevel.Warn, line);

    internal static void Error(string line) => Write(LogLevel.Error, line);

    /// <summary>Lines somebody asked for, whatever the level.</summary>
    internal static void Always(string line) => Console.Error.WriteLine($"hilo: {line}");

    private static void Write(LogLevel level, string line)
    {
        if (level >= Level)
        {
            Always(line);
        }
    }
}
