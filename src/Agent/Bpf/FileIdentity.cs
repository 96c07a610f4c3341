// SPDX-License-Identifier: Apache-2.0
namespace Agent.Bpf;

/// <summary>A file by what it is, whatever path leads to it. A file that is written to becomes another one.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode, long ModifiedSeconds, uint ModifiedNanoseconds);
