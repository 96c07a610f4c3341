// SPDX-License-Identifier: Apache-2.0
namespace Scenarios.Harness;

/// <summary>Where things are: the sources of the services, what is built from them, and the agent.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Services { get; } = Path.Combine(Root, "tests", "Scenarios", "Services");

    public static string Output { get; } = Directory.CreateDirectory(Path.Combine(Root, "out", "scenarios")).FullName;

    public static string Agent { get; } =
        Environment.GetEnvironmentVariable("HILO_BINARY") is { Length: > 0 } path ? path : Path.Combine(Root, "out", "hilo");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Directory.Exists(Path.Combine(folder.FullName, "bpf", "contract")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("bpf/contract is in none of the folders above the tests");
    }
}
