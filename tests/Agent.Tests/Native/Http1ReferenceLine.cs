// SPDX-License-Identifier: Apache-2.0
namespace Agent.Tests.Native;

/// <summary>A line of a head: where it starts, how long it is with its end, and what it says without.</summary>
internal readonly record struct Http1ReferenceLine(int At, int Size, string Text);
