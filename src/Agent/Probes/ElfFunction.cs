// SPDX-License-Identifier: Apache-2.0
namespace Agent.Probes;

/// <summary>Where a function is in its file. The size is 0 when the file does not say.</summary>
internal readonly record struct ElfFunction(ulong Offset, ulong Size);
