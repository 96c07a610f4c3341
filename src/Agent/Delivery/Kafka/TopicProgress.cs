// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Kafka;

/// <summary>How far a group is with a partition that this process reads.</summary>
/// <param name="Done">The offset behind the last message that is done with; -1: none is yet.</param>
/// <param name="First">The first one that was read; -1: none was yet.</param>
/// <param name="End">Where the partition ends, as far as is known; -1: it is not.</param>
internal record struct TopicProgress(long Done, long First, long End)
{
    internal static TopicProgress Unknown => new(-1, -1, -1);

    /// <summary>Messages that are there and not done with.</summary>
    internal readonly long Lag => Math.Max(0, End - Math.Max(Done, First) is var lag && Math.Max(Done, First) >= 0 ? lag : 0);
}
