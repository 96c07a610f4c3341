// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>What a text must look like.</summary>
internal interface IPattern
{
    bool Matches(string text);
}
