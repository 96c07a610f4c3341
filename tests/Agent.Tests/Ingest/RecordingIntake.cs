// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using Agent.Delivery;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Ingest;

/// <summary>Keeps what it is offered, as Google's classes read it, or refuses it.</summary>
internal sealed class RecordingIntake : IIntake
{
    private readonly ConcurrentQueue<ExportTraceServiceRequest> _requests = new();

    public IntakeAnswer Answer { get; set; } = IntakeAnswer.Accepted;

    /// <summary>As the offers said.</summary>
    public int Announced { get; private set; }

    public Task? Until { get; set; }

    public IReadOnlyList<ResourceSpans> Resources => [.. _requests.SelectMany(request => request.ResourceSpans)];

    public IReadOnlyList<Span> Spans => [.. Resources.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans)];

    public async ValueTask<IntakeAnswer> OfferAsync(ReadOnlyMemory<byte> resourceSpans, int spans, CancellationToken cancel)
    {
        if (Answer == IntakeAnswer.Accepted)
        {
            var request = ExportTraceServiceRequest.Parser.ParseFrom(resourceSpans.Span);
            lock (_requests)
            {
                _requests.Enqueue(request);
                Announced += spans;
            }
        }

        if (Until is not null)
        {
            await Until.WaitAsync(cancel);
        }

        return Answer;
    }
}
