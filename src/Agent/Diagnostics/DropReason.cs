// SPDX-License-Identifier: Apache-2.0
namespace Agent.Diagnostics;

/// <summary>Why a finished exchange did not become an exported span.</summary>
internal enum DropReason
{
    /// <summary>The kernel found no room in the ring: the agent was too slow.</summary>
    RingFull,

    /// <summary>The record did not decode.</summary>
    Malformed,

    /// <summary>The process it belongs to is not known to the agent any more.</summary>
    UnknownTarget,

    /// <summary>The process was let go of by a changed configuration; its connection is older than that.</summary>
    NotSelected,

    /// <summary>Its path is one of those that the user does not want to see.</summary>
    Ignored,

    /// <summary>The span does not fit into an empty batch.</summary>
    TooLarge,

    /// <summary>The queue held as much as it may; the oldest batch made room.</summary>
    QueueFull,

    /// <summary>The files of the queue took all the room they may, or were too old; the oldest made room.</summary>
    Evicted,

    /// <summary>Damaged in a file of the queue.</summary>
    Corrupt,

    /// <summary>There is no endpoint and nothing is printed.</summary>
    NoReceiver,

    /// <summary>The receiver said no for good.</summary>
    Rejected,

    /// <summary>Standard output was gone.</summary>
    Undelivered,

    /// <summary>Neither acknowledged nor on disk when the time for draining at the end was over.</summary>
    Shutdown,
}
