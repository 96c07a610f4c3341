// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>A file that a process has mapped: its path as the process sees it, and where, as /proc writes it.</summary>
internal readonly record struct MappedFile(string Path, string Addresses);
