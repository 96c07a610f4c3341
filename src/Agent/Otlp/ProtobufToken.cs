// SPDX-License-Identifier: Apache-2.0
namespace Agent.Otlp;

/// <summary>An open nested message: where its content starts, and how many bytes before that hold its length.</summary>
internal readonly record struct ProtobufToken(int Start, int LengthSize);
