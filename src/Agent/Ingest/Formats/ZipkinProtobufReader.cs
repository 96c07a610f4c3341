// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Text.Unicode;
using Agent.Otlp;

namespace Agent.Ingest.Formats;

/// <summary>Zipkin's <c>ListOfSpans</c>. Throws <see cref="IngestException"/>.</summary>
internal static class ZipkinProtobufReader
{
    // Fields of zipkin.proto3.ListOfSpans, Span, Endpoint, Annotation and an entry of the map of tags.
    private const int ListSpans = 1;
    private const int SpanTraceId = 1;
    private const int SpanParentId = 2;
    private const int SpanId = 3;
    private const int SpanKindField = 4;
    private const int SpanName = 5;
    private const int SpanTimestamp = 6;
    private const int SpanDuration = 7;
    private const int SpanLocalEndpoint = 8;
    private const int SpanRemoteEndpoint = 9;
    private const int SpanAnnotations = 10;
    private const int SpanTags = 11;
    private const int SpanShared = 13;
    private const int EndpointServiceName = 1;
    private const int EndpointIpv4 = 2;
    private const int EndpointIpv6 = 3;
    private const int EndpointPort = 4;
    private const int AnnotationTimestamp = 1;
    private const int AnnotationValue = 2;
    private const int EntryKey = 1;
    private const int EntryValue = 2;

    /// <summary>False when there is no memory for all.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> list, ZipkinConverter converter)
    {
        var span = new ZipkinSpan();
        var fields = new ProtobufReader(list);
        while (fields.Next())
        {
            if (fields.Field == ListSpans)
            {
                span.Clear();
                ReadSpan(fields.Bytes, span);
                if (!converter.TryAdd(span))
                {
                    return false;
                }
            }
        }

        Expect(fields, "ListOfSpans");
        return true;
    }

    private static void ReadSpan(ReadOnlySpan<byte> message, ZipkinSpan span)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case SpanTraceId:
                    CopyId(fields.Bytes, span.TraceId, "trace_id");
                    break;
                case SpanParentId:
                    CopyId(fields.Bytes, span.ParentId, "parent_id");
                    break;
                case SpanId:
                    CopyId(fields.Bytes, span.Id, "id");
                    break;
                case SpanKindField:
                    span.Kind = ZipkinKind.Of(fields.Number);
                    break;
                case SpanName:
                    span.Name = Text(fields.Bytes, span);
                    break;
                case SpanTimestamp:
                    span.Timestamp = fields.Number;
                    break;
                case SpanDuration:
                    span.Duration = fields.Number;
                    break;
                case SpanLocalEndpoint:
                    span.Local = ReadEndpoint(fields.Bytes, span);
                    break;
                case SpanRemoteEndpoint:
                    span.Remote = ReadEndpoint(fields.Bytes, span);
                    break;
                case SpanAnnotations:
                    ReadAnnotation(fields.Bytes, span);
                    break;
                case SpanTags:
                    ReadTag(fields.Bytes, span);
                    break;
                case SpanShared:
                    span.IsShared = fields.Number != 0;
                    break;
                default:
                    break;
            }
        }

        Expect(fields, "Span");
    }

    private static ZipkinEndpoint ReadEndpoint(ReadOnlySpan<byte> message, ZipkinSpan span)
    {
        var endpoint = new ZipkinEndpoint();
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case EndpointServiceName:
                    endpoint.Service = Text(fields.Bytes, span);
                    break;
                case EndpointIpv4 when fields.Bytes.Length == 4:
                case EndpointIpv6 when fields.Bytes.Length == 16 && endpoint.Address.Size == 0:
                    endpoint.Address = Address(fields.Bytes, span);
                    break;
                case EndpointPort:
                    endpoint.Port = (long)fields.Number;
                    break;
                default:
                    break;
            }
        }

        Expect(fields, "Endpoint");
        return endpoint;
    }

    private static TextArena.Text Address(ReadOnlySpan<byte> bytes, ZipkinSpan span)
    {
        Span<byte> text = stackalloc byte[64];
        new IPAddress(bytes).TryFormat(text, out var size);
        return span.Texts.Add(text[..size]);
    }

    private static void ReadAnnotation(ReadOnlySpan<byte> message, ZipkinSpan span)
    {
        var timestamp = 0UL;
        var value = default(TextArena.Text);
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == AnnotationTimestamp)
            {
                timestamp = fields.Number;
            }
            else if (fields.Field == AnnotationValue)
            {
                value = Text(fields.Bytes, span);
            }
        }

        Expect(fields, "Annotation");
        span.Annotations.Add((timestamp, value));
    }

    private static void ReadTag(ReadOnlySpan<byte> message, ZipkinSpan span)
    {
        var (key, value) = (default(TextArena.Text), default(TextArena.Text));
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == EntryKey)
            {
                key = Text(fields.Bytes, span);
            }
            else if (fields.Field == EntryValue)
            {
                value = Text(fields.Bytes, span);
            }
        }

        Expect(fields, "tag");
        span.Tags.Add(new(key, value));
    }

    private static TextArena.Text Text(ReadOnlySpan<byte> utf8, ZipkinSpan span) =>
        Utf8.IsValid(utf8) ? span.Texts.Add(utf8) : throw new IngestException("a string of a span is not UTF-8");

    private static void CopyId(ReadOnlySpan<byte> id, Span<byte> target, string name)
    {
        target.Clear();
        if (id.Length != target.Length && id.Length != 8 && id.Length != 0)
        {
            throw new IngestException($"{name} of a span has {id.Length} bytes");
        }

        id.CopyTo(target[(target.Length - id.Length)..]);
    }

    private static void Expect(scoped in ProtobufReader fields, string what)
    {
        if (fields.IsMalformed)
        {
            throw new IngestException($"the body is no list of spans of Zipkin in protobuf: a {what} cannot be decoded");
        }
    }
}
