// SPDX-License-Identifier: Apache-2.0
using Agent.Probes;

namespace Agent.Propagation;

/// <summary>What the FIONREAD probe needs to know of a file.</summary>
/// <param name="Offset">Of ioctl() in the file, 0 when it has none.</param>
/// <param name="IsStaticGo">A Go program without a C library.</param>
internal readonly record struct IoctlFacts(ulong Offset, bool IsStaticGo)
{
    internal static IoctlFacts Read(ElfFile elf)
    {
        _ = elf.TryFindFunction("ioctl", out var offset);
        return new IoctlFacts(offset, elf.IsGo && !elf.IsDynamic);
    }
}
