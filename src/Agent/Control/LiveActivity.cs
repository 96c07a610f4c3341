// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Control;

/// <summary>What is asked of an agent that runs about the spans that it sees.</summary>
internal sealed class LiveActivity
{
    internal RecentBatches Recent { get; } = new();

    internal ServiceActivity Services { get; } = new(() => Environment.TickCount64);

    /// <param name="batch">Sealed.</param>
    internal void Take(SpanBatch batch)
    {
        Recent.Take(batch);
        if (batch.Resource is { HasScopes: false }) // what programs tell of themselves is no request that was seen
        {
            Services.Take(batch.Encoded.Span);
        }
    }
}
