// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest;

/// <summary>What became of a request.</summary>
internal enum IngestOutcome
{
    Accepted,

    /// <summary>There is no room now; the sender may try again.</summary>
    Full,

    /// <summary>The process ends; the sender may try again elsewhere.</summary>
    Closing,

    /// <summary>It can never be taken.</summary>
    Invalid,

    /// <summary>It can never be taken, as it is larger than allowed.</summary>
    TooLarge,
}
