// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>
/// What a person reads of one span, as text that is safe for a terminal: names come from the wire, and a control
/// character in a URL must not move somebody's cursor.
/// </summary>
internal sealed record PrintedSpan
{
    public required UInt128 TraceId { get; init; }

    public required ulong SpanId { get; init; }

    /// <summary>0: root of its trace.</summary>
    public required ulong ParentId { get; init; }

    public required string Service { get; init; }

    /// <summary>Servers: the span name. Clients: an arrow, the name and where the request went.</summary>
    public required string Operation { get; init; }

    /// <summary>The status of HTTP or of the call, or why there is none.</summary>
    public required string Status { get; init; }

    public required bool IsError { get; init; }

    public required bool IsClient { get; init; }

    /// <summary>Unix time in nanoseconds.</summary>
    public required ulong Start { get; init; }

    public required ulong End { get; init; }

    public ulong Duration => End - Start;

    public static PrintedSpan From(scoped in SpanView span)
    {
        var attributes = new PrintedAttributes(span);
        var isClient = span.Kind == SpanView.Client;
        var name = Clean(span.Name);
        return new PrintedSpan
        {
            TraceId = span.TraceId.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(span.TraceId) : 0,
            SpanId = ReadId(span.SpanId),
            ParentId = ReadId(span.ParentId),
            Service = Clean(span.Service),
            Operation = isClient ? $"→ {name} {attributes.Place}".TrimEnd() : name,
            Status = attributes.Status,
            IsError = span.IsError,
            IsClient = isClient,
            Start = span.Start,
            End = Math.Max(span.Start, span.End),
        };
    }

    public string StartTime(TimeZoneInfo zone)
    {
        var utc = DateTime.UnixEpoch.AddTicks((long)(Start / TimeSpan.NanosecondsPerTick));
        return TimeZoneInfo.ConvertTimeFromUtc(utc, zone).ToString("HH:mm:ss.fff", null);
    }

    private static ulong ReadId(ReadOnlySpan<byte> id) => id.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(id) : 0;

    /// <summary>Without control characters.</summary>
    internal static string Clean(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        return text.Any(char.IsControl)
            ? string.Concat(text.Select(character => char.IsControl(character) ? '\ufffd' : character))
            : text;
    }
}
