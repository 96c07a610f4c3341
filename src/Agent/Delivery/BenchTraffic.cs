// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery;

/// <summary>What the records of <see cref="SpanBench"/> tell of.</summary>
internal enum BenchTraffic
{
    Http1,
    Http2,
    Grpc,
}
