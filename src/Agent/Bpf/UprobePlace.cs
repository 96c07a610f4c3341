// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>An instruction of a file, and the number that its program gets with each hit.</summary>
internal readonly record struct UprobePlace(ulong Offset, ulong Cookie = 0);
