// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Scenarios.Harness;

/// <summary>What of a process's BPF programs and maps the kernel still holds.</summary>
internal static partial class KernelView
{
    private const int SysBpf = 321;
    private const int NextKey = 4;
    private const int ProgramById = 13;
    private const int MapById = 14;
    private const int About = 15;

    /// <summary>Ids of the programs that a process holds, by itself or by a link.</summary>
    public static List<uint> ProgramsOf(int pid) => Ids(pid, "prog_id:");

    public static bool ProgramExists(uint id)
    {
        using var program = ById(ProgramById, id);
        return !program.IsInvalid;
    }

    /// <summary>How many entries the map of that name has that a process holds.</summary>
    public static unsafe int EntriesOf(int pid, string name)
    {
        foreach (var id in Ids(pid, "map_id:"))
        {
            using var map = ById(MapById, id);
            if (!map.IsInvalid && NameOf(map) == name)
            {
                var key = stackalloc byte[64];
                var question = new Question { Descriptor = (uint)map.DangerousGetHandle(), Second = (nint)key };
                var count = 0;
                for (; Bpf(SysBpf, NextKey, &question, sizeof(Question)) == 0; count++)
                {
                    question.First = (nint)key;
                }

                return count;
            }
        }

        throw new InvalidOperationException($"process {pid} has no map {name}");
    }

    private static List<uint> Ids(int pid, string prefix) => [.. Directory.EnumerateFiles($"/proc/{pid}/fdinfo")
        .SelectMany(Lines)
        .Where(line => line.StartsWith(prefix, StringComparison.Ordinal))
        .Select(line => uint.Parse(line.AsSpan(prefix.Length), CultureInfo.InvariantCulture))
        .Distinct()];

    private static unsafe SafeFileHandle ById(int command, uint id)
    {
        var question = new Question { Descriptor = id };
        return new((nint)Bpf(SysBpf, command, &question, sizeof(Question)), ownsHandle: true);
    }

    private static unsafe string NameOf(SafeFileHandle map)
    {
        const int Size = 80;
        const int NameAt = 24;
        var about = stackalloc byte[Size];
        var question = new Question { Descriptor = (uint)map.DangerousGetHandle(), Size = Size, First = (nint)about };
        return Bpf(SysBpf, About, &question, sizeof(Question)) == 0 ? Marshal.PtrToStringUTF8((nint)about + NameAt)! : "";
    }

    /// <summary>The beginning of union bpf_attr, as these commands use it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Question
    {
        public uint Descriptor;
        public uint Size;
        public nint First;
        public nint Second;
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
