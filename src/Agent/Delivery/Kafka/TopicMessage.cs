// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Kafka;

/// <summary>What was read, and is not known to be received.</summary>
/// <param name="Bytes">Rented. Empty: nothing in it can be sent.</param>
/// <param name="Length">Of what is used of them.</param>
internal readonly record struct TopicMessage(int Partition, long Offset, byte[] Bytes, int Length, int Spans);
