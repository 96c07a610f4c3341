// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>Why a span cannot be taken.</summary>
internal enum SpanFault
{
    None,
    Malformed,
    NotUtf8,
    TooDeep,
    TraceId,
    SpanId,
    ParentId,
    LinkId,
}
