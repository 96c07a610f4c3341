// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Kafka;

/// <summary>What was read, and is not known to be received.</summary>
/// <param name="Piece">In which the bytes are; null: nothing in it can be sent.</param>
internal readonly record struct TopicMessage(int Partition, long Offset, MessagePiece? Piece, ReadOnlyMemory<byte> Bytes, int Spans);
