// SPDX-License-Identifier: Apache-2.0
namespace Agent.Runtimes.Go;

/// <summary>Where a function begins, and how long it is.</summary>
internal sealed record GoFunction(ulong Address, int Size);
