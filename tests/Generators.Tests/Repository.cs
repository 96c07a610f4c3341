// SPDX-License-Identifier: Apache-2.0
using System.Reflection;

namespace Generators.Tests;

/// <summary>Files of the working tree that tests read.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "Repository").Value!;

    public static string Cases => Path.Combine(Root, "tests/Generators.Tests/Cases");

    /// <summary>Name and text of every header of the real contract.</summary>
    public static Dictionary<string, string> Contract() => Texts(Path.Combine(Root, "bpf/contract"), "*.h");

    public static string Folder(string relative) => Path.Combine(Root, relative);

    public static Dictionary<string, string> Texts(string folder, string pattern) => Directory
        .EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
        .ToDictionary(path => Path.GetRelativePath(folder, path), File.ReadAllText);
}
