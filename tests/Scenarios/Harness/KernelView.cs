// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Runtime.InteropServices;

namespace Scenarios.Harness;

/// <summary>What of a process's BPF programs and maps the kernel still holds.</summary>
internal static partial class KernelView
{
    private const int SysBpf = 321;
    private const int ProgramById = 13;

    /// <summary>Ids of the programs that a process holds, by itself or by a link.</summary>
    public static List<uint> ProgramsOf(int pid) => [.. Directory.EnumerateFiles($"/proc/{pid}/fdinfo")
        .SelectMany(Lines)
        .Where(line => line.StartsWith("prog_id:", StringComparison.Ordinal))
        .Select(line => uint.Parse(line.AsSpan(8), CultureInfo.InvariantCulture))
        .Distinct()];

    public static unsafe bool ProgramExists(uint id)
    {
        var attributes = stackalloc uint[32];
        new Span<uint>(attributes, 32).Clear();
        attributes[0] = id;
        var descriptor = Bpf(SysBpf, ProgramById, attributes, 128);
        if (descriptor >= 0)
        {
            using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle((nint)descriptor, ownsHandle: true);
        }

        return descriptor >= 0;
    }

    private static string[] Lines(string file)
    {
        try
        {
            return File.ReadAllLines(file);
        }
        catch (IOException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial long Bpf(long number, long command, void* attributes, long size);
}
