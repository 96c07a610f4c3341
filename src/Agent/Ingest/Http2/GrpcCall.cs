// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Http2;

/// <summary>What a method of gRPC does.</summary>
internal enum GrpcCall
{
    Unknown,

    /// <summary>One message with spans.</summary>
    Export,

    /// <summary>Messages of OpenCensus, as long as the client likes.</summary>
    ExportStream,

    /// <summary>A stream that settings could be sent on; none are.</summary>
    Settings,

    Health,
}
