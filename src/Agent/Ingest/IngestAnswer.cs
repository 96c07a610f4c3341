// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest;

/// <summary>For the sender of a request.</summary>
/// <param name="Rejected">Spans of an accepted request that were left out of it.</param>
/// <param name="Message">Why something was not taken.</param>
internal readonly record struct IngestAnswer(IngestOutcome Outcome, int Rejected = 0, string? Message = null)
{
    public static IngestAnswer Full { get; } = new(IngestOutcome.Full, Message: "there is no room for these spans now; send them again later");

    public static IngestAnswer Closing { get; } = new(IngestOutcome.Closing, Message: "the receiver is shutting down; send the spans again");

    public static IngestAnswer Invalid(string message) => new(IngestOutcome.Invalid, Message: message);

    public static IngestAnswer TooLarge(long limit) => new(IngestOutcome.TooLarge, Message: $"the request is larger than {limit} bytes");
}
