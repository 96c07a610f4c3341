// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Probes;

/// <summary>Something that is attached for as long as a target process lives. Called by the watcher's thread only.</summary>
internal interface IProbe
{
    /// <summary>A short name for messages.</summary>
    string Name { get; }

    /// <summary>Attaches what this process needs. Throws when the kernel refuses.</summary>
    void Attach(TargetProcess process);

    /// <summary>The process is gone: detaches what no other process needs.</summary>
    void Detach(TargetProcess process);
}
