// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Text;
using Agent.Config;
using Agent.Contract;
using Agent.Delivery;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Tracing;

/// <summary>Notes behind the heads of an event, and what a receiver reads of them.</summary>
public class ExchangeNotesTests
{
    private static readonly HeaderOptions Headers = HeaderOptions.Read(name => name switch
    {
        "HILO_CAPTURE_REQUEST_HEADERS" => "X-Tenant,Authorization",
        "HILO_CAPTURE_RESPONSE_HEADERS" => "X-Tenant",
        _ => null,
    });

    [Fact]
    public void Each_header_is_one_list_and_tracestate_is_a_field()
    {
        var span = Write([
            .. Note(NoteKind.RequestHeader, 0, "blue"), .. Note(NoteKind.ResponseHeader, 0, "r"), .. Note(NoteKind.Tracestate, 0, "a=1,b=2"),
            .. Note(NoteKind.RequestHeader, 1, "Bearer 1"), .. Note(NoteKind.RequestHeader, 0, "a longer value \u00e9"),
        ]);

        Assert.Equal(["blue", "a longer value \ufffd"], Values(span, "http.request.header.x-tenant"));
        Assert.Equal(["r"], Values(span, "http.response.header.x-tenant"));
        Assert.Equal(["REDACTED"], Values(span, "http.request.header.authorization"));
        Assert.Equal("a=1,b=2", span.TraceState);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void A_note_that_is_not_whole_is_left_out(int missing)
    {
        byte[] notes = [.. Note(NoteKind.RequestHeader, 0, "first"), .. Note(NoteKind.RequestHeader, 0, "last")];

        Assert.Equal(["first"], Values(Write(notes[..^missing]), "http.request.header.x-tenant"));
    }

    [Fact]
    public void Without_notes_nothing_is_added() =>
        Assert.DoesNotContain(Write([]).Attributes, attribute => attribute.Key.Contains(".header.", StringComparison.Ordinal));

    private static OpenTelemetry.Proto.Trace.V1.Span Write(byte[] notes)
    {
        var request = "GET / HTTP/1.1\r\n\r\n"u8;
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)request.Length;
        e.NotesAt = (ushort)(request.Length + 2);
        e.NotesSize = (ushort)notes.Length;
        byte[]? encoded = null;
        var spans = new ExchangeSpans(new Clock(), new HttpMethods(), new ExchangeNotes(Headers));
        var sink = new SpanSink(spans, new Ledger(), TimeSpan.Zero, batch =>
        {
            encoded = batch.Encoded.ToArray();
            batch.Release();
        });
        sink.Write(Exchanges.ResourceOf("shop"), e, [.. request, 0, 0, .. notes]);
        sink.Flush();
        return ExportTraceServiceRequest.Parser.ParseFrom(encoded).ResourceSpans[0].ScopeSpans[0].Spans[0];
    }

    private static string[] Values(OpenTelemetry.Proto.Trace.V1.Span span, string key) =>
        [.. Assert.Single(span.Attributes, attribute => attribute.Key == key).Value.ArrayValue.Values.Select(value => value.StringValue)];

    private static byte[] Note(NoteKind kind, byte rule, string text)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var note = new byte[4 + ((bytes.Length + 3) & ~3)];
        note[0] = (byte)kind;
        note[1] = rule;
        BinaryPrimitives.WriteUInt16LittleEndian(note.AsSpan(2), (ushort)bytes.Length);
        bytes.CopyTo(note, 4);
        return note;
    }
}
