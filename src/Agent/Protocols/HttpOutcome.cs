// SPDX-License-Identifier: Apache-2.0
// How an exchange failed. error.type is one of: the status code (clients from 400 on, servers from 500 on);
// connection_closed when the connection ended before the response was complete; the name of the error code, by RFC 9113
// section 7, when a side reset the stream of HTTP/2.
//
// Two resets do not fail a span. NO_ERROR after an answer began is how a server that has said everything stops an upload.
// CANCEL at a server is a client that lost interest, as browsers do whenever somebody goes on to the next page: error.type
// tells it, but whoever is alarmed by failed spans of a service is not woken up for it, as with gRPC's own CANCELLED. The
// client's span fails: it did not get what it had asked for.
using System.Buffers.Text;
using Agent.Contract;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>Writes error.type and the status of a span.</summary>
internal static class HttpOutcome
{
    private const int MaxDigits = 10;

    /// <summary>Whether the span of it is one that failed.</summary>
    public static bool Fails(in ExchangeEvent e) => HasFailedStatus(e) || e.Outcome == Outcome.Closed || IsFailedReset(e);

    public static void Write(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        ref readonly var e = ref exchange.Event;
        if (HasFailedStatus(e))
        {
            WriteErrorType(default, e.Status, ref span);
            span.Failed();
        }
        else if (e.Outcome == Outcome.Closed)
        {
            span.Attribute(AttributeKeys.ErrorType, "connection_closed"u8);
            span.Failed("the connection ended before the response was complete"u8);
        }
        else if (e.Outcome == Outcome.Reset)
        {
            WriteReset(exchange, ref span);
        }
    }

    /// <param name="name">Empty: the number says it.</param>
    public static void WriteErrorType(scoped ReadOnlySpan<byte> name, long number, scoped ref SpanWriter span)
    {
        Span<byte> digits = stackalloc byte[MaxDigits];
        if (name.IsEmpty && Utf8Formatter.TryFormat(number, digits, out var size))
        {
            name = digits[..size];
        }

        span.Attribute(AttributeKeys.ErrorType, name);
    }

    private static void WriteReset(scoped in Exchange exchange, scoped ref SpanWriter span)
    {
        ref readonly var e = ref exchange.Event;
        if (IsEarlyAnswer(e))
        {
            return;
        }

        WriteErrorType(Http2Error.NameOf(e.ResetCode), e.ResetCode, ref span);
        if (IsFailedReset(e))
        {
            span.Failed("the stream was reset before the response was complete"u8);
        }
    }

    private static bool HasFailedStatus(in ExchangeEvent e) => e.Status >= (e.Role == Role.Client ? 400 : 500);

    private static bool IsEarlyAnswer(in ExchangeEvent e) => e.ResetCode == Http2Error.NoError && e.Status != 0;

    private static bool IsFailedReset(in ExchangeEvent e) =>
        e.Outcome == Outcome.Reset && !IsEarlyAnswer(e) && (e.Role == Role.Client || e.ResetCode != Http2Error.Cancel);
}
