// SPDX-License-Identifier: Apache-2.0
using Agent.Ingest.Formats;

namespace Agent.Ingest.Http;

/// <summary>Where a request goes.</summary>
internal readonly record struct HttpRoute(IngestProtocol Protocol, IngestFormat Format);
