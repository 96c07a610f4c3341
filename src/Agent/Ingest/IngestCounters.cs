// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Ingest;

/// <summary>What came in, by protocol. Whatever happened to accepted spans later is in the ledger.</summary>
internal sealed class IngestCounters
{
    private static readonly string[] Names = ["otlp_grpc", "otlp_http", "zipkin", "opencensus"];

    private readonly long[] _accepted = new long[Names.Length];
    private readonly long[] _refused = new long[Names.Length];
    private readonly long[] _invalid = new long[Names.Length];
    private readonly long[] _invalidRequests = new long[Names.Length];
    private long _cut;
    private long _turnedAway;

    /// <summary>Spans.</summary>
    public long Accepted(IngestProtocol protocol) => Volatile.Read(ref _accepted[(int)protocol]);

    /// <summary>Requests whose sender was told to try again.</summary>
    public long Refused(IngestProtocol protocol) => Volatile.Read(ref _refused[(int)protocol]);

    /// <summary>Spans left out of accepted requests.</summary>
    public long Invalid(IngestProtocol protocol) => Volatile.Read(ref _invalid[(int)protocol]);

    /// <summary>Requests that cannot be read.</summary>
    public long InvalidRequests(IngestProtocol protocol) => Volatile.Read(ref _invalidRequests[(int)protocol]);

    /// <summary>Connections of clients that were too slow.</summary>
    public long Cut => Volatile.Read(ref _cut);

    public void Count(IngestProtocol protocol, IngestAnswer answer, int spans)
    {
        switch (answer.Outcome)
        {
            case IngestOutcome.Accepted:
                Interlocked.Add(ref _accepted[(int)protocol], spans);
                Interlocked.Add(ref _invalid[(int)protocol], answer.Rejected);
                break;
            case IngestOutcome.Full or IngestOutcome.Closing:
                Interlocked.Increment(ref _refused[(int)protocol]);
                break;
            default:
                Interlocked.Increment(ref _invalidRequests[(int)protocol]);
                break;
        }
    }

    public void CountCut() => Interlocked.Increment(ref _cut);

    public void CountTurnedAway() => Interlocked.Increment(ref _turnedAway);

    /// <summary>For /metrics.</summary>
    public void Describe(MetricsText text)
    {
        Each("hilo_ingest_spans_accepted_total", "Spans received and passed on, by protocol.", _accepted);
        Each("hilo_ingest_requests_refused_total", "Requests whose sender was told to try again later.", _refused);
        Each("hilo_ingest_spans_invalid_total", "Spans left out of requests, since they cannot be converted.", _invalid);
        Each("hilo_ingest_requests_invalid_total", "Requests that cannot be read.", _invalidRequests);
        text.Counter("hilo_ingest_connections_cut_total", "Connections of clients that were too slow.").Value(Cut);
        text.Counter("hilo_ingest_connections_refused_total", "Connections beyond HILO_INGEST_MAX_CONNECTIONS.").Value(Volatile.Read(ref _turnedAway));

        void Each(string name, string help, long[] counts)
        {
            text.Counter(name, help);
            for (var i = 0; i < Names.Length; i++)
            {
                text.Value("protocol", Names[i], Volatile.Read(ref counts[i]));
            }
        }
    }
}
