// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Queues;

/// <summary>What a spool has asked of the disk. Counted by its thread.</summary>
internal sealed class SpoolWork
{
    internal long Bytes { get; set; }

    internal long Syncs { get; set; }

    /// <summary>Spent waiting for the disk.</summary>
    internal TimeSpan SyncTime { get; set; }
}
