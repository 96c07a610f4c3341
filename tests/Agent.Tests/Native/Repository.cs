// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Native;

/// <summary>Where the sources are, seen from the built tests.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "bpf", "protocols")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("bpf/protocols is in none of the folders above the tests");
    }
}
