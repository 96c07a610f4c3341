// SPDX-License-Identifier: Apache-2.0
using Agent.Config;
using Agent.Contract;

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
            .. Exchanges.Note(NoteKind.RequestHeader, 0, "blue"), .. Exchanges.Note(NoteKind.ResponseHeader, 0, "r"),
            .. Exchanges.Note(NoteKind.Tracestate, 0, "a=1,b=2"), .. Exchanges.Note(NoteKind.RequestHeader, 1, "Bearer 1"),
            .. Exchanges.Note(NoteKind.RequestHeader, 0, "a longer value \u00e9"),
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
        byte[] notes = [.. Exchanges.Note(NoteKind.RequestHeader, 0, "first"), .. Exchanges.Note(NoteKind.RequestHeader, 0, "last")];

        Assert.Equal(["first"], Values(Write(notes[..^missing]), "http.request.header.x-tenant"));
    }

    [Fact]
    public void Without_notes_nothing_is_added() =>
        Assert.DoesNotContain(Write([]).Attributes, attribute => attribute.Key.Contains(".header.", StringComparison.Ordinal));

    private static OpenTelemetry.Proto.Trace.V1.Span Write(byte[] notes) =>
        Exchanges.Span(Exchanges.Event(Role.Server), "GET / HTTP/1.1\r\n\r\n", notes: notes, headers: Headers);

    private static string[] Values(OpenTelemetry.Proto.Trace.V1.Span span, string key) =>
        [.. Assert.Single(span.Attributes, attribute => attribute.Key == key).Value.ArrayValue.Values.Select(value => value.StringValue)];
}
