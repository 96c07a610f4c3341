// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Agent.Bpf;

namespace Kernel.Tests;

/// <summary>A BPF object of the tests. Compiled when it is asked for.</summary>
internal static class OwnObject
{
    /// <param name="source">Beside this file, without <c>.bpf.c</c>.</param>
    internal static BpfObject Open(string source)
    {
        KernelLog.Capture();
        var name = Path.GetFileName(source);
        var target = Path.Combine(Path.GetTempPath(), $"hilo-{name}-{Environment.ProcessId}.bpf.o");
        try
        {
            Compile(source, target);
            return BpfObject.Open(name, File.ReadAllBytes(target));
        }
        finally
        {
            File.Delete(target);
        }
    }

    private static void Compile(string source, string target, [CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here)!;
        var headers = Path.GetFullPath(Path.Combine(folder, "../../out/native/include"));
        string[] arguments =
        [
            "-target", "bpf", "-mcpu=v3", "-std=gnu17", "-O2", "-g", "-D__TARGET_ARCH_x86", "-Wall", "-Wextra", "-Werror",
            "-isystem", headers, "-idirafter", "/usr/include/x86_64-linux-gnu",
            "-c", Path.Combine(folder, $"{source}.bpf.c"), "-o", target,
        ];
        using var compiler = Process.Start(new ProcessStartInfo("clang-19", arguments) { RedirectStandardError = true })!;
        var errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        Assert.True(compiler.ExitCode == 0, errors);
    }
}
