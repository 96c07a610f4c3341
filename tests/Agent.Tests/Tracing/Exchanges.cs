// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace Agent.Tests.Tracing;

/// <summary>Events as the kernel would send them, and what a receiver reads of the spans made from them.</summary>
internal static class Exchanges
{
    private const int NotesGap = 2; // notes need not follow the heads directly

    public static readonly byte[] TraceId = [.. Enumerable.Range(0x10, 16).Select(value => (byte)value)];
    public static readonly byte[] SpanId = [1, 2, 3, 4, 5, 6, 7, 8];
    public static readonly byte[] ParentId = [0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8];

    public static SpanResource ResourceOf(string service) =>
        new(Google.Protobuf.MessageExtensions.ToByteArray(new Resource
        {
            Attributes = { new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = service } } },
        }));

    public static ExchangeEvent Event(Role role, ushort status = 200) => new()
    {
        Span = new SpanContext { TraceId = Fill<Bytes16>(TraceId), SpanId = Fill<Bytes8>(SpanId), Flags = 1 },
        ParentId = Fill<Bytes8>(ParentId),
        StartNs = 1_000_000_000,
        EndNs = 1_012_400_000,
        Local = At("10.0.0.1", role == Role.Server ? 8080 : 40000),
        Remote = At("10.0.0.2", role == Role.Server ? 50000 : 9000),
        Status = status,
        Role = role,
        Protocol = Protocol.Http1,
        Pid = 4321,
        Tid = 4322,
        Target = 4321,
    };

    /// <summary>What the kernel writes down of the head of <see cref="Call"/>.</summary>
    public const string CallHead =
        "POST /shop.v1.Orders/Place HTTP/2\r\nhost: orders.example\r\nuser-agent: grpc-go/1.65.0\r\n\r\n";

    /// <summary>A gRPC call of one message each way.</summary>
    /// <param name="grpcStatus">Null: none came.</param>
    public static ExchangeEvent Call(Role role, int? grpcStatus, ushort httpStatus = 200)
    {
        var e = Event(role, httpStatus);
        e.Protocol = Protocol.Http2;
        e.IsGrpc = 1;
        e.GrpcStatus = (ushort)(grpcStatus + 1 ?? 0);
        e.RequestMessages = e.ResponseMessages = 1;
        return e;
    }

    public static Contract.Endpoint At(string address, int port) =>
        new() { Address = Fill<Bytes16>(IPAddress.Parse(address).MapToIPv6().GetAddressBytes()), Port = (ushort)port };

    /// <summary>Runs an event through the sink and reads the result with Google's classes.</summary>
    public static ExportTraceServiceRequest Export(
        ExchangeEvent e, byte[] request, byte[] response, HttpMethods? methods = null, byte[]? notes = null, HeaderOptions? headers = null) =>
        ExportTraceServiceRequest.Parser.ParseFrom(Encode(e, request, response, methods, notes, headers));

    /// <summary>A batch of one span, as the receiver gets it.</summary>
    public static byte[] Encode(
        ExchangeEvent e, byte[] request, byte[] response, HttpMethods? methods = null, byte[]? notes = null, HeaderOptions? headers = null)
    {
        e.RequestHeadSize = (ushort)request.Length;
        e.ResponseHeadSize = (ushort)response.Length;
        e.NotesAt = (ushort)(request.Length + response.Length + NotesGap);
        e.NotesSize = (ushort)(notes?.Length ?? 0);
        byte[]? encoded = null;
        var spans = new ExchangeSpans(new Clock(), methods ?? new HttpMethods(), new ExchangeNotes(headers ?? HeaderOptions.None));
        var sink = new SpanSink(spans, new Ledger(), TimeSpan.Zero, batch =>
        {
            encoded = batch.Encoded.ToArray();
            batch.Release();
        });
        sink.Write(ResourceOf("shop"), e, [.. request, .. response, .. new byte[NotesGap], .. notes ?? []]);
        sink.Flush();
        Assert.NotNull(encoded);
        return encoded;
    }

    public static OpenTelemetry.Proto.Trace.V1.Span Span(
        ExchangeEvent e,
        string request,
        string response = "",
        HttpMethods? methods = null,
        byte[]? notes = null,
        HeaderOptions? headers = null) =>
        Export(e, Encoding.Latin1.GetBytes(request), Encoding.Latin1.GetBytes(response), methods, notes, headers)
            .ResourceSpans[0].ScopeSpans[0].Spans[0];

    /// <summary>A text that the kernel kept, as it stands behind the heads.</summary>
    public static byte[] Note(NoteKind kind, byte rule, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var note = new byte[4 + ((bytes.Length + 3) & ~3)];
        note[0] = (byte)kind;
        note[1] = rule;
        BinaryPrimitives.WriteUInt16LittleEndian(note.AsSpan(2), (ushort)bytes.Length);
        bytes.CopyTo(note, 4);
        return note;
    }

    /// <summary>Attributes as text, integers included; fails on a key that is there twice.</summary>
    public static Dictionary<string, string> Attributes(this OpenTelemetry.Proto.Trace.V1.Span span) =>
        span.Attributes.ToDictionary(
            pair => pair.Key,
            pair => pair.Value.HasStringValue ? pair.Value.StringValue : pair.Value.IntValue.ToString(null, null));

    private static T Fill<T>(byte[] bytes)
        where T : unmanaged
    {
        Assert.Equal(Unsafe.SizeOf<T>(), bytes.Length);
        return Unsafe.ReadUnaligned<T>(ref bytes[0]);
    }
}
