// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Config;
using Agent.Contract;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>
/// Texts that the kernel kept of an exchange: the fields that the user named, as <c>http.request.header.&lt;name&gt;</c>
/// and <c>http.response.header.&lt;name&gt;</c> (a field that comes several times has several values), and tracestate.
/// </summary>
internal sealed class ExchangeNotes(HeaderOptions headers)
{
    private readonly byte[][] _requestKeys = Keys(headers, "http.request.header.");
    private readonly byte[][] _responseKeys = Keys(headers, "http.response.header.");
    private readonly bool[] _isRedacted = [.. headers.Rules.Select(rule => rule.IsRedacted)];

    public void Write(scoped ReadOnlySpan<byte> notes, scoped ref SpanWriter span)
    {
        if (notes.IsEmpty)
        {
            return;
        }
        for (var rule = 0; rule < _isRedacted.Length; rule++)
        {
            WriteAll(notes, NoteKind.RequestHeader, rule, _requestKeys[rule], ref span);
            WriteAll(notes, NoteKind.ResponseHeader, rule, _responseKeys[rule], ref span);
        }
        foreach (var note in new NoteReader(notes))
        {
            if (note.Kind == NoteKind.Tracestate)
            {
                span.TraceState(note.Text);
            }
        }
    }

    private void WriteAll(
        scoped ReadOnlySpan<byte> notes, NoteKind kind, int rule, ReadOnlySpan<byte> key, scoped ref SpanWriter span)
    {
        var isOpen = false;
        foreach (var note in new NoteReader(notes))
        {
            if (note.Kind != kind || note.Rule != rule)
            {
                continue;
            }
            if (!isOpen)
            {
                span.BeginTexts(key);
                isOpen = true;
            }
            span.Text(_isRedacted[rule] ? "REDACTED"u8 : note.Text);
        }
        if (isOpen)
        {
            span.EndTexts();
        }
    }

    private static byte[][] Keys(HeaderOptions headers, string prefix) =>
        [.. headers.Rules.Select(rule => Encoding.ASCII.GetBytes(prefix + rule.Name.ToLowerInvariant()))];
}
