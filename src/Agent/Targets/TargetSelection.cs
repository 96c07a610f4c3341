// SPDX-License-Identifier: Apache-2.0
namespace Agent.Targets;

/// <summary>The selector of this moment: a changed file replaces it.</summary>
internal sealed class TargetSelection(TargetSelector selector)
{
    private volatile TargetSelector _current = selector;

    internal TargetSelector Current
    {
        get => _current;
        set => _current = value;
    }
}
