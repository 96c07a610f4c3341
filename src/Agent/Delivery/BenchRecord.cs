// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Agent.Contract;

namespace Agent.Delivery;

/// <summary>Ring records as the kernel writes them for a service that answers one request and makes another.</summary>
internal static class BenchRecord
{
    public const int MaxSize = 1024;

    private const int FailedCalls = 8; // one in so many
    private const ushort GrpcOk = 1;
    private const ushort GrpcUnavailable = 15;

    private static ReadOnlySpan<byte> Http1Served =>
        "POST /api/v1/orders/4711/lines?dryrun=false HTTP/1.1\r\nHost: shop.example.org\r\n"u8
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0\r\n"u8
        + "Content-Type: application/json\r\nContent-Length: 312\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Http1Sent =>
        "GET /inventory/items/4711?warehouse=north HTTP/1.1\r\nHost: inventory:8080\r\n"u8
        + "User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Http2Served =>
        "POST /api/v1/orders/4711/lines?dryrun=false HTTP/2\r\nhost: shop.example.org\r\n"u8
        + "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0\r\n\r\n"u8;

    private static ReadOnlySpan<byte> Http2Sent =>
        "GET /inventory/items/4711?warehouse=north HTTP/2\r\nhost: inventory:8080\r\nuser-agent: Go-http-client/2.0\r\n\r\n"u8;

    private static ReadOnlySpan<byte> GrpcServed =>
        "POST /example.shop.v1.OrderService/AddLine HTTP/2\r\nhost: shop.example.org\r\nuser-agent: grpc-java-netty/1.64.0\r\n\r\n"u8;

    private static ReadOnlySpan<byte> GrpcSent =>
        "POST /example.inventory.v1.Items/Reserve HTTP/2\r\nhost: inventory:8080\r\nuser-agent: grpc-go/1.65.0\r\n\r\n"u8;

    /// <summary>Clients have odd numbers. Returns the size of the record.</summary>
    public static int Write(Span<byte> record, BenchTraffic traffic, int index)
    {
        var isClient = index % 2 == 1;
        var request = RequestOf(traffic, isClient);
        var response = traffic == BenchTraffic.Http1
            ? "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1523\r\n\r\n"u8
            : default;
        ref var e = ref MemoryMarshal.AsRef<ExchangeEvent>(record);
        var ids = MemoryMarshal.AsBytes(new Span<SpanContext>(ref e.Span));
        ids.Fill((byte)(index + 1));
        MemoryMarshal.AsBytes(new Span<Bytes8>(ref e.ParentId)).Fill((byte)(index + 101));
        ReadOnlySpan<byte> mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 23, 7];
        mapped.CopyTo(MemoryMarshal.AsBytes(new Span<Bytes16>(ref e.Local.Address)));
        mapped.CopyTo(MemoryMarshal.AsBytes(new Span<Bytes16>(ref e.Remote.Address)));
        e.Span.Flags = 1;
        e.StartNs = 1_000_000_000_000;
        e.EndNs = e.StartNs + 12_400_000;
        e.Local.Port = 8080;
        e.Remote.Port = 51234;
        e.RequestBodySize = isClient ? 0UL : 312;
        e.ResponseBodySize = 1523;
        e.Pid = e.Target = 12345;
        e.Tid = 12351;
        e.Status = 200;
        e.Role = isClient ? Role.Client : Role.Server;
        e.Protocol = traffic == BenchTraffic.Http1 ? Protocol.Http1 : Protocol.Http2;
        e.Link = isClient ? Link.Thread : Link.Header;
        e.Carrier = isClient ? Carrier.Injected : Carrier.None;
        e.RequestHeadSize = (ushort)request.Length;
        e.ResponseHeadSize = (ushort)response.Length;
        request.CopyTo(record[ExchangeEvent.Size..]);
        response.CopyTo(record[(ExchangeEvent.Size + request.Length)..]);
        var size = ExchangeEvent.Size + request.Length + response.Length;
        size += traffic == BenchTraffic.Grpc ? WriteCall(record[size..], ref e, index % FailedCalls == 0) : 0;
        e.Header.Kind = EventKind.Exchange;
        e.Header.Size = (uint)size;
        return size;
    }

    /// <summary>Makes a unary call of it; what stands in <paramref name="notes"/> then is what its status says.</summary>
    private static int WriteCall(Span<byte> notes, ref ExchangeEvent e, bool hasFailed)
    {
        e.IsGrpc = 1;
        e.RequestMessages = e.ResponseMessages = 1;
        e.GrpcStatus = hasFailed ? GrpcUnavailable : GrpcOk;
        if (!hasFailed)
        {
            return 0;
        }

        var message = "warehouse%20%22north%22 is closed"u8;
        ref var note = ref MemoryMarshal.AsRef<Note>(notes);
        note.Kind = NoteKind.GrpcMessage;
        note.TextSize = (ushort)message.Length;
        message.CopyTo(notes[Note.Size..]);
        e.NotesAt = e.RequestHeadSize;
        e.NotesSize = (ushort)(Note.Size + message.Length);
        return e.NotesSize;
    }

    private static ReadOnlySpan<byte> RequestOf(BenchTraffic traffic, bool isClient) => traffic switch
    {
        BenchTraffic.Http2 => isClient ? Http2Sent : Http2Served,
        BenchTraffic.Grpc => isClient ? GrpcSent : GrpcServed,
        _ => isClient ? Http1Sent : Http1Served,
    };
}
