// SPDX-License-Identifier: Apache-2.0
namespace Agent.Config;

/// <summary>One header field that the user named.</summary>
/// <param name="Name">As the user wrote it.</param>
/// <param name="Uses">HEADER_… of the contract.</param>
/// <param name="IsRedacted">Its values are secret: that it was there is told, not what it said.</param>
internal readonly record struct HeaderRule(string Name, byte Uses, bool IsRedacted)
{
    internal bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
