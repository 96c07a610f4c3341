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

    /// <summary>The HTTP status, or why there is none.</summary>
    public required string Status { get; init; }

    public required bool IsError { get; init; }

    public required bool IsClient { get; init; }

    /// <summary>Unix time in nanoseconds.</summary>
    public required ulong Start { get; init; }

    public required ulong End { get; init; }

    public ulong Duration => End - Start;

    public static PrintedSpan From(scoped in SpanView span)
    {
        string status = "", error = "", url = "";
        var attributes = span.Attributes();
        while (attributes.Next())
        {
            if (attributes.Key.SequenceEqual(AttributeKeys.HttpResponseStatusCode))
            {
                status = attributes.Integer.ToString("d", null);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.ErrorType))
            {
                error = Clean(attributes.Text);
            }
            else if (attributes.Key.SequenceEqual(AttributeKeys.UrlFull))
            {
                url = Clean(attributes.Text);
            }
        }

        var isClient = span.Kind == SpanView.Client;
        var name = Clean(span.Name);
        return new PrintedSpan
        {
            TraceId = span.TraceId.Length == 16 ? BinaryPrimitives.ReadUInt128BigEndian(span.TraceId) : 0,
            SpanId = ReadId(span.SpanId),
            ParentId = ReadId(span.ParentId),
            Service = Clean(span.Service),
            Operation = isClient ? $"→ {name} {Place(url)}".TrimEnd() : name,
            Status = status.Length > 0 ? status : error.Length > 0 ? error : "-",
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

    /// <summary>Host and path: scheme and query say little and are long.</summary>
    private static string Place(string url)
    {
        var start = url.IndexOf("://", StringComparison.Ordinal);
        var place = start < 0 ? url : url[(start + 3)..];
        var query = place.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? place : place[..query];
    }

    private static string Clean(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        return text.Any(char.IsControl)
            ? string.Concat(text.Select(character => char.IsControl(character) ? '\ufffd' : character))
            : text;
    }
}
