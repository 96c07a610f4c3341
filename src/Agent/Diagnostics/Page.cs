// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>What is at a path.</summary>
/// <param name="IsFine">Otherwise it is answered with 503.</param>
/// <param name="Text">The body.</param>
internal readonly record struct Page(bool IsFine, string Text);
