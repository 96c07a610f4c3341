// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>What a receiver made of one request.</summary>
internal enum SendOutcome
{
    /// <summary>Acknowledged, perhaps without some of its spans.</summary>
    Accepted,

    /// <summary>Not taken now; the same request may be sent again.</summary>
    TryAgain,

    /// <summary>Never sent again.</summary>
    Refused,
}

/// <param name="RejectedSpans">Of an accepted request.</param>
/// <param name="RetryAfter">What the receiver asked for, null when it did not.</param>
/// <param name="Message">For the log; null when there is nothing to say.</param>
internal readonly record struct SendResult(
    SendOutcome Outcome, long RejectedSpans = 0, TimeSpan? RetryAfter = null, string? Message = null);
