// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
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
    private const int Alignment = 4;

    private readonly byte[][] _requestKeys = Keys(headers, "http.request.header.");
    private readonly byte[][] _responseKeys = Keys(headers, "http.response.header.");
    private readonly bool[] _isRedacted = [.. headers.Rules.Select(rule => rule.IsRedacted)];

    public void Write(in ExchangeEvent e, ReadOnlySpan<byte> heads, scoped ref SpanWriter span)
    {
        if (e.NotesSize == 0 || e.NotesAt + e.NotesSize > heads.Length)
        {
            return;
        }
        var notes = heads.Slice(e.NotesAt, e.NotesSize);
        for (var rule = 0; rule < _isRedacted.Length; rule++)
        {
            WriteAll(notes, NoteKind.RequestHeader, rule, _requestKeys[rule], ref span);
            WriteAll(notes, NoteKind.ResponseHeader, rule, _responseKeys[rule], ref span);
        }
        foreach (var note in new Reader(notes))
        {
            if (note.Kind == NoteKind.Tracestate)
            {
                span.TraceState(note.Text);
            }
        }
    }

    private void WriteAll(
        ReadOnlySpan<byte> notes, NoteKind kind, int rule, ReadOnlySpan<byte> key, scoped ref SpanWriter span)
    {
        var isOpen = false;
        foreach (var note in new Reader(notes))
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

    /// <summary>Stops at the first note that is not whole.</summary>
    private ref struct Reader(ReadOnlySpan<byte> notes)
    {
        private readonly ReadOnlySpan<byte> _notes = notes;
        private int _next;

        public ReadOnlySpan<byte> Text { get; private set; }

        public NoteKind Kind { get; private set; }

        public int Rule { get; private set; }

        public readonly Reader Current => this;

        public readonly Reader GetEnumerator() => this;

        public bool MoveNext()
        {
            var start = _next + Note.Size;
            if (start > _notes.Length)
            {
                return false;
            }
            var note = MemoryMarshal.Read<Note>(_notes[_next..]);
            if (note.Kind == NoteKind.None || start + note.TextSize > _notes.Length)
            {
                return false;
            }
            Kind = note.Kind;
            Rule = note.Rule;
            Text = _notes.Slice(start, note.TextSize);
            _next = (start + note.TextSize + Alignment - 1) / Alignment * Alignment;
            return true;
        }
    }
}
