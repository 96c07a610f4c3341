// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Agent.Bpf;

namespace Kernel.Tests.Sick;

/// <summary>A canary whose program does harm of one kind. Compiled when it is asked for.</summary>
internal static class SickCanary
{
    internal static BpfObject Open(string kind)
    {
        KernelLog.Capture();
        var target = Path.Combine(Path.GetTempPath(), $"hilo-{kind}-{Environment.ProcessId}.bpf.o");
        try
        {
            Compile(kind, target);
            return BpfObject.Open(kind, File.ReadAllBytes(target));
        }
        finally
        {
            File.Delete(target);
        }
    }

    private static void Compile(string kind, string target, [CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        var headers = Path.GetFullPath(Path.Combine(folder, "../../../out/native/include"));
        string[] arguments =
        [
            "-target", "bpf", "-mcpu=v3", "-std=gnu17", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-isystem", headers,
            "-idirafter", "/usr/include/x86_64-linux-gnu", "-c", Path.Combine(folder, $"{kind}.bpf.c"), "-o", target,
        ];
        using var compiler = Process.Start(new ProcessStartInfo("clang-19", arguments) { RedirectStandardError = true })!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
    }
}
