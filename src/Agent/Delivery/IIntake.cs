// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <summary>Takes spans that others made. What it has accepted is delivered, or counted.</summary>
internal interface IIntake
{
    /// <summary>
    /// Completes when the spans are as safe as the queue makes them: in memory at once, on disk when it has them or every
    /// receiver does, in Kafka when its brokers have acknowledged them. Called by any thread.
    /// </summary>
    /// <param name="resourceSpans">
    /// One or more <c>resource_spans</c> fields of an ExportTraceServiceRequest, back to back; copied before the call returns.
    /// </param>
    /// <param name="spans">How many they hold, 1 at least.</param>
    ValueTask<IntakeAnswer> OfferAsync(ReadOnlyMemory<byte> resourceSpans, int spans, CancellationToken cancel);
}
