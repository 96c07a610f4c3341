// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace Kernel.Tests.Uprobes;

/// <summary>What hits.bpf.c keeps for one cookie.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly struct Hits
{
    internal readonly ulong Count;
    internal readonly ulong First;
    internal readonly ulong Second;
    internal readonly ulong Third;
    internal readonly ulong Result;
}
