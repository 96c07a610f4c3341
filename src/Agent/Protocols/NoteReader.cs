// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;
using Agent.Contract;

namespace Agent.Protocols;

/// <summary>Walks the texts that the kernel kept of an exchange; stops at the first that is not whole.</summary>
internal ref struct NoteReader(ReadOnlySpan<byte> notes)
{
    private const int Alignment = 4;

    private readonly ReadOnlySpan<byte> _notes = notes;
    private int _next;

    public ReadOnlySpan<byte> Text { get; private set; }

    public NoteKind Kind { get; private set; }

    public int Rule { get; private set; }

    public readonly NoteReader Current => this;

    public readonly NoteReader GetEnumerator() => this;

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
