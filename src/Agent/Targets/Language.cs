// SPDX-License-Identifier: Apache-2.0
using Agent.Probes;

namespace Agent.Targets;

/// <summary>The value of <c>telemetry.sdk.language</c> for a program.</summary>
internal static class Language
{
    internal static string Of(ProcFs proc, int pid, string program)
    {
        var known = Runtime.Of(Path.GetFileName(program))?.Language;
        if (!string.IsNullOrEmpty(known))
        {
            return known;
        }
        if (ElfFile.TryOpen(proc.Inside(pid, program), out var elf))
        {
            using (elf)
            {
                if (elf.IsGo)
                {
                    return "go";
                }
            }
        }
        return FromLibraries(proc, pid);
    }

    // Programs that embed a runtime, like a .NET application with its own executable, map its library.
    private static string FromLibraries(ProcFs proc, int pid)
    {
        (string Library, string Language)[] runtimes =
        [
            ("/libcoreclr.so", "dotnet"), ("/libjvm.so", "java"), ("/libpython3", "python"), ("/libnode.so", "nodejs"),
            ("/libruby", "ruby"),
        ];
        var language = "generic";
        proc.MappedFile(pid, name =>
        {
            foreach (var runtime in runtimes)
            {
                if (name.Contains(runtime.Library, StringComparison.Ordinal))
                {
                    language = runtime.Language;
                    return true;
                }
            }
            return false;
        });
        return language;
    }
}
