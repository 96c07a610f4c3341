// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>A program that runs programs: how its file is named, and which of its options come before theirs.</summary>
internal sealed record Runtime(string Name, string Language)
{
    private static readonly Runtime[] Known =
    [
        new("python", "python") { ModuleOption = "-m", CodeOptions = ["-c"], ValueOptions = ["-W", "-X"] },
        new("pypy", "python") { ModuleOption = "-m", CodeOptions = ["-c"], ValueOptions = ["-W", "-X"] },
        new("node", "nodejs")
        {
            CodeOptions = ["-e", "--eval", "-p", "--print"],
            ValueOptions = ["-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions"],
        },
        new("nodejs", "nodejs") { CodeOptions = ["-e"], ValueOptions = ["-r", "--require", "--import"] },
        new("java", "java"),
        new("dotnet", "dotnet"),
        new("ruby", "ruby") { CodeOptions = ["-e"], ValueOptions = ["-I", "-r", "-C"] },
        new("php", "php") { FileOption = "-f", CodeOptions = ["-r"], ValueOptions = ["-S", "-t", "-c", "-d", "-z"] },
        new("php-fpm", "php") { CodeOptions = [], ValueOptions = ["-c", "-d", "-g", "-p", "-y"] },
        new("perl", "perl") { CodeOptions = ["-e", "-E"], ValueOptions = ["-I", "-M"] },
        new("bash", "") { CodeOptions = ["-c"], ValueOptions = ["-o", "-O", "--rcfile", "--init-file"] },
        new("dash", "") { CodeOptions = ["-c"], ValueOptions = ["-o"] },
        new("sh", "") { CodeOptions = ["-c"], ValueOptions = ["-o"] },
    ];

    /// <summary>The option whose value is what runs: <c>python -m x</c>.</summary>
    internal string? ModuleOption { get; init; }

    /// <summary>The option whose value is the script.</summary>
    internal string? FileOption { get; init; }

    /// <summary>Options that carry the program itself: nothing to take a name from.</summary>
    internal string[] CodeOptions { get; init; } = [];

    /// <summary>Options that take the next argument.</summary>
    internal string[] ValueOptions { get; init; } = [];

    /// <summary>By file name, version numbers ignored: <c>python3.11</c>, <c>php-fpm8.2</c>.</summary>
    internal static Runtime? Of(string fileName)
    {
        var plain = fileName.AsSpan().TrimEnd("0123456789.");
        foreach (var runtime in Known)
        {
            if (plain.SequenceEqual(runtime.Name))
            {
                return runtime;
            }
        }
        return null;
    }
}
