// SPDX-License-Identifier: Apache-2.0
namespace Agent.Kubernetes;

/// <summary>What is kept of a pod.</summary>
internal sealed record Pod
{
    internal string Uid { get; init; } = "";

    internal string Name { get; init; } = "";

    internal string Namespace { get; init; } = "";

    internal string? NodeName { get; init; }

    /// <summary>When the kubelet took it up, as RFC 3339; null: not yet.</summary>
    internal string? StartTime { get; init; }

    internal string? CreationTime { get; init; }

    /// <summary>Who made it; null: nobody that still answers for it.</summary>
    internal PodOwner? Owner { get; init; }

    internal IReadOnlyList<KeyValuePair<string, string>> Labels { get; init; } = [];

    internal IReadOnlyList<KeyValuePair<string, string>> Annotations { get; init; } = [];

    /// <summary>Those that have an identifier: with every restart another one.</summary>
    internal IReadOnlyList<PodContainer> Containers { get; init; } = [];

    /// <summary>The name of the one container that it is to have; null: there are more.</summary>
    internal string? OnlyContainer { get; init; }

    /// <summary>Empty where it shares those of its node.</summary>
    internal IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Nothing that is kept has changed.</summary>
    internal bool IsAs(Pod other) =>
        NodeName == other.NodeName && StartTime == other.StartTime && Owner == other.Owner && OnlyContainer == other.OnlyContainer &&
        Labels.SequenceEqual(other.Labels) && Annotations.SequenceEqual(other.Annotations) &&
        Containers.SequenceEqual(other.Containers) && Addresses.SequenceEqual(other.Addresses);

    internal string? Label(string name) => Find(Labels, name);

    internal static string? Find(IReadOnlyList<KeyValuePair<string, string>> list, string name)
    {
        foreach (var (key, value) in list)
        {
            if (key == name)
            {
                return value;
            }
        }
        return null;
    }
}

/// <summary>One that runs, or ran.</summary>
internal readonly record struct PodContainer(string Name, string Id);

/// <summary>The controller of a pod.</summary>
internal readonly record struct PodOwner(string Kind, string Name);
