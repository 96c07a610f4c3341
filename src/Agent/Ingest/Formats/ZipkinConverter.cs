// SPDX-License-Identifier: Apache-2.0
// As OpenTelemetry says spans become those of Zipkin, the other way round: a span without kind is internal, the local endpoint's
// name is the service, annotations are events, the tag "error" is the status. Addresses get the names that Hilo's Zipkin
// exporter looks for. Two spans of Zipkin may share an id, the client's and the server's: both keep it, since spans below the
// server's name it as their parent, and the attribute zipkin.shared says so.
using System.Text;
using Agent.Otlp;
using Agent.Tracing;

namespace Agent.Ingest.Formats;

/// <summary>Writes spans of Zipkin as spans of OTLP.</summary>
internal sealed class ZipkinConverter(SpanGroups groups, TimeProvider time)
{
    private const ulong NanosecondsPerMicrosecond = 1000;
    private const ulong LargestMicroseconds = ulong.MaxValue / 2 / NanosecondsPerMicrosecond;

    /// <summary>False when there is no memory for it.</summary>
    public bool TryAdd(ZipkinSpan span)
    {
        span.Check();
        var service = TextOf(span, span.Local.Service) is { Length: > 0 } name ? name : "unknown_service";
        var scope = Tag(span, "otel.scope.name"u8);
        var version = Tag(span, "otel.scope.version"u8);
        return groups.TryAdd(
            (service, $"{scope}\0{version}"), () => (Resource(service), Scope(scope, version)), default, (_, ref writer) => Encode(span, ref writer));
    }

    private static string TextOf(ZipkinSpan span, TextArena.Text text) => Encoding.UTF8.GetString(span.Texts[text]);

    private static string Tag(ZipkinSpan span, ReadOnlySpan<byte> key)
    {
        foreach (var tag in span.Tags)
        {
            if (span.Texts[tag.Key].SequenceEqual(key))
            {
                return TextOf(span, tag.Value);
            }
        }

        return "";
    }

    private static byte[] Resource(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        var writer = new ProtobufWriter(new byte[name.Length + 64]);
        var attribute = ResourceFields.BeginAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, AttributeKeys.ServiceName);
        var value = KeyValueFields.BeginValue(ref writer);
        AnyValueFields.WriteStringValue(ref writer, name);
        writer.End(value);
        writer.End(attribute);
        return writer.Written.ToArray();
    }

    private static byte[] Scope(string name, string version)
    {
        var writer = new ProtobufWriter(new byte[Encoding.UTF8.GetMaxByteCount(name.Length + version.Length) + 16]);
        InstrumentationScopeFields.WriteName(ref writer, Encoding.UTF8.GetBytes(name));
        InstrumentationScopeFields.WriteVersion(ref writer, Encoding.UTF8.GetBytes(version));
        return writer.Written.ToArray();
    }

    private void Encode(ZipkinSpan span, ref ProtobufWriter writer)
    {
        var start = StartOf(span);
        SpanFields.WriteTraceId(ref writer, span.TraceId);
        SpanFields.WriteSpanId(ref writer, span.Id);
        if (span.HasParent)
        {
            SpanFields.WriteParentSpanId(ref writer, span.ParentId);
        }

        SpanFields.WriteName(ref writer, span.Texts[span.Name]);
        SpanFields.WriteKind(ref writer, span.Kind);
        SpanFields.WriteStartTimeUnixNano(ref writer, start);
        SpanFields.WriteEndTimeUnixNano(ref writer, start + (Math.Min(span.Duration, LargestMicroseconds) * NanosecondsPerMicrosecond));
        WriteTags(span, ref writer);
        WriteEndpoints(span, ref writer);
        WriteEvents(span, ref writer);
        WriteStatus(span, ref writer);
    }

    // Not known: the first thing that happened, or else now.
    private ulong StartOf(ZipkinSpan span)
    {
        var first = span.Timestamp;
        foreach (var (timestamp, _) in span.Annotations)
        {
            first = span.Timestamp == 0 && timestamp != 0 && (first == 0 || timestamp < first) ? timestamp : first;
        }

        return first == 0
            ? (ulong)time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000
            : Math.Min(first, LargestMicroseconds) * NanosecondsPerMicrosecond;
    }

    private static void WriteTags(ZipkinSpan span, ref ProtobufWriter writer)
    {
        foreach (var tag in span.Tags)
        {
            var key = span.Texts[tag.Key];
            if (IsMeta(key))
            {
                continue;
            }

            if (tag.Integer is { } integer)
            {
                AttributeWriter.WriteInteger(ref writer, key, integer);
            }
            else if (tag.Fraction is not null || tag.Truth is not null)
            {
                WriteAny(tag, key, ref writer);
            }
            else
            {
                AttributeWriter.WriteText(ref writer, key, span.Texts[tag.Value]);
            }
        }

        if (span.IsShared)
        {
            WriteAny(new ZipkinTag(default, default, Truth: true), "zipkin.shared"u8, ref writer);
        }
    }

    /// <summary>It becomes something else than an attribute.</summary>
    private static bool IsMeta(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("otel.scope.name"u8) || key.SequenceEqual("otel.scope.version"u8) ||
        key.SequenceEqual("otel.status_code"u8) || key.SequenceEqual("error"u8);

    private static void WriteAny(ZipkinTag tag, ReadOnlySpan<byte> key, ref ProtobufWriter writer)
    {
        var attribute = SpanFields.BeginShortAttributes(ref writer);
        KeyValueFields.WriteKey(ref writer, key);
        var value = KeyValueFields.BeginShortValue(ref writer);
        if (tag.Truth is { } truth)
        {
            AnyValueFields.WriteBoolValue(ref writer, truth);
        }
        else
        {
            AnyValueFields.WriteDoubleValue(ref writer, tag.Fraction!.Value);
        }

        writer.End(value);
        writer.End(attribute);
    }

    private static void WriteEndpoints(ZipkinSpan span, ref ProtobufWriter writer)
    {
        WriteEndpoint(span, span.Local, AttributeKeys.NetworkLocalAddress, AttributeKeys.NetworkLocalPort, ref writer);
        WriteEndpoint(span, span.Remote, AttributeKeys.NetworkPeerAddress, AttributeKeys.NetworkPeerPort, ref writer);
        if (span.Remote.Service.Size > 0 && Tag(span, "peer.service"u8).Length == 0)
        {
            AttributeWriter.WriteText(ref writer, "peer.service"u8, span.Texts[span.Remote.Service]);
        }
    }

    private static void WriteEndpoint(
        ZipkinSpan span, ZipkinEndpoint endpoint, ReadOnlySpan<byte> address, ReadOnlySpan<byte> port, ref ProtobufWriter writer)
    {
        if (endpoint.Address.Size > 0 && Tag(span, address).Length == 0)
        {
            AttributeWriter.WriteText(ref writer, address, span.Texts[endpoint.Address]);
        }

        if (endpoint.Port is > 0 and <= ushort.MaxValue && Tag(span, port).Length == 0)
        {
            AttributeWriter.WriteInteger(ref writer, port, endpoint.Port);
        }
    }

    private static void WriteEvents(ZipkinSpan span, ref ProtobufWriter writer)
    {
        foreach (var (timestamp, value) in span.Annotations)
        {
            var annotation = SpanFields.BeginShortEvents(ref writer);
            SpanEventFields.WriteTimeUnixNano(ref writer, Math.Min(timestamp, LargestMicroseconds) * NanosecondsPerMicrosecond);
            SpanEventFields.WriteName(ref writer, span.Texts[value]);
            writer.End(annotation);
        }
    }

    private static void WriteStatus(ZipkinSpan span, ref ProtobufWriter writer)
    {
        StatusCode? code = null;
        ReadOnlySpan<byte> message = default;
        foreach (var tag in span.Tags)
        {
            var value = span.Texts[tag.Value];
            if (span.Texts[tag.Key].SequenceEqual("error"u8))
            {
                // "false" is written by those who do not know that the tag alone is the mark.
                code = tag.Truth == false || value.SequenceEqual("false"u8) ? code : StatusCode.Error;
                message = code == StatusCode.Error && !value.SequenceEqual("true"u8) ? value : default;
            }
            else if (span.Texts[tag.Key].SequenceEqual("otel.status_code"u8))
            {
                code = value.SequenceEqual("ERROR"u8) ? StatusCode.Error : value.SequenceEqual("OK"u8) ? code ?? StatusCode.Ok : code;
            }
        }

        if (code is { } known)
        {
            var status = SpanFields.BeginShortStatus(ref writer);
            StatusFields.WriteMessage(ref writer, message);
            StatusFields.WriteCode(ref writer, known);
            writer.End(status);
        }
    }
}
