// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tests.Tracing;
using Agent.Tracing;

namespace Agent.Tests.Delivery;

/// <summary>Encoded batches of one span each, of one trace that starts on 2024-11-22 at 10:31:07.123.</summary>
internal static class Spans
{
    private static readonly ulong Origin =
        (ulong)(new DateTime(2024, 11, 22, 10, 31, 7, 123, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalMilliseconds * 1_000_000;

    public static Terminal Plain(int width) => new(false, false, () => (width + 1, 25));

    public static byte[] Server(
        string service, ulong id, ulong parent, double startMs, double durationMs, string request, ushort status = 200, ulong trace = 0) =>
        Encode(Exchanges.Event(Role.Server, status), service, id, parent, startMs, durationMs, request, trace);

    public static byte[] Client(
        string service, ulong id, ulong parent, double startMs, double durationMs, string request, ushort status = 200, ulong trace = 0) =>
        Encode(Exchanges.Event(Role.Client, status), service, id, parent, startMs, durationMs, request, trace);

    /// <summary>A span of an event of the caller's, whose ids and times are replaced.</summary>
    public static byte[] Encode(
        ExchangeEvent e, string service, ulong id, ulong parent, double startMs, double durationMs, string request, ulong trace = 0)
    {
        var ids = new byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(ids, id);
        BinaryPrimitives.WriteUInt64BigEndian(ids.AsSpan(8), parent);
        e.Span.SpanId = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<Bytes8>(ref ids[0]);
        e.ParentId = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<Bytes8>(ref ids[8]);
        var traceId = Convert.FromHexString("4bf92f3577b34da6a3ce929d0e0e4736");
        traceId[15] += (byte)trace;
        traceId[14] += (byte)(trace >> 8);
        e.Span.TraceId = System.Runtime.CompilerServices.Unsafe.ReadUnaligned<Bytes16>(ref traceId[0]);
        e.RequestHeadSize = (ushort)request.Length;

        // The clock adds a fixed distance; taken out again, spans start where the test says.
        var clock = new Clock();
        e.StartNs = Origin + (ulong)(startMs * 1_000_000) - clock.ToUnix(0);
        e.EndNs = e.StartNs + (ulong)(durationMs * 1_000_000);
        byte[] encoded = [];
        var sink = new SpanSink(new ExchangeSpans(clock, new HttpMethods()), new Ledger(), TimeSpan.Zero, batch =>
        {
            encoded = batch.Encoded.ToArray();
            batch.Release();
        });
        sink.Write(Exchanges.ResourceOf(service), e, Encoding.Latin1.GetBytes(request));
        sink.Flush();
        return encoded;
    }
}
