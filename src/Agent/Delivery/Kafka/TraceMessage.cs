// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Kafka;

/// <summary>Where a message is on its way.</summary>
internal enum TraceMessageState
{
    Waiting,
    Sent,
    Acknowledged,
    Refused,
}

/// <summary>Some spans of one trace.</summary>
/// <param name="First">The first of them, and where they end, in the order of <see cref="TraceMessages"/>.</param>
internal readonly record struct TraceMessage(int First, int End, int Bytes, TraceMessageState State = TraceMessageState.Waiting)
{
    internal int Spans => End - First;
}
