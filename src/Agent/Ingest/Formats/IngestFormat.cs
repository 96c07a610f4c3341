// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>What the body of a request is.</summary>
internal enum IngestFormat
{
    OtlpProtobuf,
    OtlpJson,
    ZipkinJson,
    ZipkinProtobuf,
    ZipkinV1Json,
}
