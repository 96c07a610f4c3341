// SPDX-License-Identifier: Apache-2.0
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Ingest.Formats;

/// <summary>Writes one span of OpenCensus as one of OTLP. Whether it is sound, <see cref="OtlpCheck"/> says of the outcome.</summary>
internal static class OpenCensusSpan
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    // google.rpc.Code
    private const ulong LargestCode = 16;

    public static void Encode(ReadOnlySpan<byte> span, ref ProtobufWriter writer)
    {
        var (start, end) = (0UL, 0UL);
        var fields = new ProtobufReader(span);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case OpenCensusFields.SpanStart:
                    start = Time(fields.Bytes);
                    break;
                case OpenCensusFields.SpanEnd:
                    end = Time(fields.Bytes);
                    break;
                default:
                    EncodeField(fields, ref writer);
                    break;
            }
        }

        SpanFields.WriteStartTimeUnixNano(ref writer, start);
        SpanFields.WriteEndTimeUnixNano(ref writer, end == 0 ? start : end);
    }

    private static void EncodeField(scoped in ProtobufReader field, ref ProtobufWriter writer)
    {
        switch (field.Field)
        {
            case OpenCensusFields.SpanTraceId:
                SpanFields.WriteTraceId(ref writer, field.Bytes);
                break;
            case OpenCensusFields.SpanId:
                SpanFields.WriteSpanId(ref writer, field.Bytes);
                break;
            case OpenCensusFields.SpanParentId when field.Bytes.ContainsAnyExcept((byte)0):
                SpanFields.WriteParentSpanId(ref writer, field.Bytes);
                break;
            case OpenCensusFields.SpanName:
                SpanFields.WriteName(ref writer, TextOf(field.Bytes));
                break;
            case OpenCensusFields.SpanKind:
                SpanFields.WriteKind(ref writer, field.Number switch { 1 => SpanKind.Server, 2 => SpanKind.Client, _ => SpanKind.Unspecified });
                break;
            case OpenCensusFields.SpanTracestate:
                WriteTracestate(field.Bytes, SpanFields.TraceState, ref writer);
                break;
            case OpenCensusFields.SpanAttributes:
                SpanFields.WriteDroppedAttributesCount(ref writer, OpenCensusAttributes.Write(field.Bytes, SpanFields.Attributes, ref writer));
                break;
            case OpenCensusFields.SpanTimeEvents:
                WriteEvents(field.Bytes, ref writer);
                break;
            case OpenCensusFields.SpanLinks:
                WriteLinks(field.Bytes, ref writer);
                break;
            case OpenCensusFields.SpanStatus:
                WriteStatus(field.Bytes, ref writer);
                break;
            case OpenCensusFields.SpanSameProcess:
                OpenCensusAttributes.WriteTruth("opencensus.same_process_as_parent_span"u8, Number(field.Bytes, OpenCensusFields.WrapperValue) != 0, ref writer);
                break;
            default:
                break;
        }
    }

    private static void WriteEvents(ReadOnlySpan<byte> events, ref ProtobufWriter writer)
    {
        var dropped = 0U;
        var fields = new ProtobufReader(events);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.EventsEvent)
            {
                var one = SpanFields.BeginShortEvents(ref writer);
                WriteEvent(fields.Bytes, ref writer);
                writer.End(one);
            }
            else if (fields.Field is OpenCensusFields.EventsDroppedAnnotations or OpenCensusFields.EventsDroppedMessages)
            {
                dropped += (uint)fields.Number;
            }
        }

        SpanFields.WriteDroppedEventsCount(ref writer, dropped);
    }

    private static void WriteEvent(ReadOnlySpan<byte> message, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case OpenCensusFields.EventTime:
                    SpanEventFields.WriteTimeUnixNano(ref writer, Time(fields.Bytes));
                    break;
                case OpenCensusFields.EventAnnotation:
                    SpanEventFields.WriteName(ref writer, TextOf(Bytes(fields.Bytes, OpenCensusFields.AnnotationDescription)));
                    var attributes = Bytes(fields.Bytes, OpenCensusFields.AnnotationAttributes);
                    SpanEventFields.WriteDroppedAttributesCount(ref writer, OpenCensusAttributes.Write(attributes, SpanEventFields.Attributes, ref writer));
                    break;
                case OpenCensusFields.EventMessage:
                    WriteMessage(fields.Bytes, ref writer);
                    break;
                default:
                    break;
            }
        }
    }

    // With the names that OpenTelemetry has for messages of RPCs.
    private static void WriteMessage(ReadOnlySpan<byte> message, ref ProtobufWriter writer)
    {
        var type = Number(message, OpenCensusFields.MessageType);
        SpanEventFields.WriteName(ref writer, "message"u8);
        OpenCensusAttributes.WriteText("message.type"u8, type == 1 ? "SENT"u8 : type == 2 ? "RECEIVED"u8 : "UNSPECIFIED"u8, SpanEventFields.Attributes, ref writer);
        OpenCensusAttributes.WriteInteger("message.id"u8, Number(message, OpenCensusFields.MessageId), SpanEventFields.Attributes, ref writer);
        OpenCensusAttributes.WriteInteger(
            "message.uncompressed_size"u8, Number(message, OpenCensusFields.MessageSize), SpanEventFields.Attributes, ref writer);
        OpenCensusAttributes.WriteInteger(
            "message.compressed_size"u8, Number(message, OpenCensusFields.MessageCompressedSize), SpanEventFields.Attributes, ref writer);
    }

    private static void WriteLinks(ReadOnlySpan<byte> links, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(links);
        while (fields.Next())
        {
            if (fields.Field == OpenCensusFields.LinksLink)
            {
                var link = SpanFields.BeginShortLinks(ref writer);
                WriteLink(fields.Bytes, ref writer);
                writer.End(link);
            }
            else if (fields.Field == OpenCensusFields.LinksDropped)
            {
                SpanFields.WriteDroppedLinksCount(ref writer, (uint)fields.Number);
            }
        }
    }

    private static void WriteLink(ReadOnlySpan<byte> message, ref ProtobufWriter writer)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            switch (fields.Field)
            {
                case OpenCensusFields.LinkTraceId:
                    SpanLinkFields.WriteTraceId(ref writer, fields.Bytes);
                    break;
                case OpenCensusFields.LinkSpanId:
                    SpanLinkFields.WriteSpanId(ref writer, fields.Bytes);
                    break;
                case OpenCensusFields.LinkType when fields.Number is 1 or 2:
                    OpenCensusAttributes.WriteText(
                        "opencensus.link.type"u8, fields.Number == 1 ? "child"u8 : "parent"u8, SpanLinkFields.Attributes, ref writer);
                    break;
                case OpenCensusFields.LinkAttributes:
                    SpanLinkFields.WriteDroppedAttributesCount(ref writer, OpenCensusAttributes.Write(fields.Bytes, SpanLinkFields.Attributes, ref writer));
                    break;
                case OpenCensusFields.LinkTracestate:
                    WriteTracestate(fields.Bytes, SpanLinkFields.TraceState, ref writer);
                    break;
                default:
                    break;
            }
        }
    }

    private static void WriteStatus(ReadOnlySpan<byte> message, ref ProtobufWriter writer)
    {
        var code = Number(message, OpenCensusFields.StatusCode);
        var status = SpanFields.BeginShortStatus(ref writer);
        if (code != 0)
        {
            StatusFields.WriteMessage(ref writer, Bytes(message, OpenCensusFields.StatusMessage));
            StatusFields.WriteCode(ref writer, StatusCode.Error);
        }

        writer.End(status);
        if (code is > 0 and <= LargestCode)
        {
            AttributeWriter.WriteInteger(ref writer, AttributeKeys.RpcGrpcStatusCode, (long)code);
        }
    }

    private static void WriteTracestate(ReadOnlySpan<byte> tracestate, int field, ref ProtobufWriter writer)
    {
        var text = writer.BeginShort(((uint)field << 3) | ProtobufReader.BytesWire);
        var separator = ""u8;
        var entries = new ProtobufReader(tracestate);
        while (entries.Next())
        {
            if (entries.Field == OpenCensusFields.TracestateEntries)
            {
                Append(separator, ref writer);
                Append(Bytes(entries.Bytes, OpenCensusFields.MapKey), ref writer);
                Append("="u8, ref writer);
                Append(Bytes(entries.Bytes, OpenCensusFields.MapValue), ref writer);
                separator = ","u8;
            }
        }

        writer.End(text);
    }

    private static void Append(ReadOnlySpan<byte> text, ref ProtobufWriter writer)
    {
        var room = writer.Take(text.Length);
        text[..room.Length].CopyTo(room);
    }

    private static ulong Time(ReadOnlySpan<byte> timestamp)
    {
        var seconds = Number(timestamp, OpenCensusFields.TimestampSeconds);
        return seconds > long.MaxValue / NanosecondsPerSecond
            ? 0
            : (seconds * NanosecondsPerSecond) + Math.Min(Number(timestamp, OpenCensusFields.TimestampNanos), NanosecondsPerSecond);
    }

    private static ReadOnlySpan<byte> TextOf(ReadOnlySpan<byte> truncatable) => Bytes(truncatable, OpenCensusFields.TextValue);

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == field)
            {
                return fields.Bytes;
            }
        }

        return default;
    }

    private static ulong Number(ReadOnlySpan<byte> message, int field)
    {
        var fields = new ProtobufReader(message);
        while (fields.Next())
        {
            if (fields.Field == field)
            {
                return fields.Number;
            }
        }

        return 0;
    }
}
