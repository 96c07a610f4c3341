// SPDX-License-Identifier: Apache-2.0
namespace Agent.Sources;

/// <summary>Where a TLS library is probed.</summary>
/// <param name="Hook">Which of the programs belongs there.</param>
/// <param name="TellsApart">The function stores its count where the fourth argument points to, and returns 1; else it returns it.</param>
/// <param name="Offset">In the file.</param>
/// <param name="IsCheap">The kernel emulates the instruction there.</param>
/// <param name="Distance">Go: how far what is asked for there is from what is at hand, see bpf/contract/probes.h.</param>
internal readonly record struct TlsSite(TlsHook Hook, bool TellsApart, ulong Offset, bool IsCheap, uint Distance = 0);
