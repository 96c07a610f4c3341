// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest;

/// <summary>Who sends; each has counters of its own.</summary>
internal enum IngestProtocol
{
    OtlpGrpc,
    OtlpHttp,
    Zipkin,
    OpenCensus,
}
