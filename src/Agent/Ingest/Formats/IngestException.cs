// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>A request that cannot be converted; the message is for its sender.</summary>
internal sealed class IngestException(string message) : FormatException(message);
