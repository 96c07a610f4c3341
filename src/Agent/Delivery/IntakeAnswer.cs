// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <summary>What became of spans that were offered.</summary>
internal enum IntakeAnswer
{
    Accepted,

    /// <summary>There is no room, or the queue could not make them safe in time: the sender keeps them, and tries again later.</summary>
    Full,

    /// <summary>The process ends: the sender keeps them.</summary>
    Closing,
}
