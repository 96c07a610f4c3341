// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>What <see cref="OtlpCheck"/> found in a request.</summary>
internal record struct OtlpVerdict
{
    /// <summary>Null: it can be read, though not every span need be sound.</summary>
    public string? Error { get; set; }

    /// <summary>Sound ones.</summary>
    public int Spans { get; set; }

    public int Rejected { get; set; }

    /// <summary>Of the first span that was rejected.</summary>
    public SpanFault Fault { get; set; }

    /// <summary>Messages that hold spans or other such messages.</summary>
    public int Containers { get; set; }

    /// <summary>There is more in it than <c>resource_spans</c> at the outermost level.</summary>
    public bool HasOther { get; set; }

    /// <summary>Nothing need be left out of it.</summary>
    public readonly bool IsWhole => Rejected == 0 && !HasOther;

    /// <summary>For the answer; null when no span was rejected.</summary>
    public readonly string? Explanation => Rejected == 0 ? null : Fault switch
    {
        SpanFault.NotUtf8 => "a string of a span is not UTF-8",
        SpanFault.TooDeep => "the attributes of a span are nested too deeply",
        SpanFault.TraceId => "the trace id of a span is not 16 bytes, or is zero",
        SpanFault.SpanId => "the span id of a span is not 8 bytes, or is zero",
        SpanFault.ParentId => "the parent span id of a span is not 8 bytes",
        SpanFault.LinkId => "an id of a link is not 16 or 8 bytes",
        _ => "a span cannot be decoded",
    };
}
