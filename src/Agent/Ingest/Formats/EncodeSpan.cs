// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Writes the content of a Span message. May be called again, with more room.</summary>
internal delegate void EncodeSpan(ReadOnlySpan<byte> source, ref ProtobufWriter writer);
