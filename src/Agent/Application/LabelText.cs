// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Application;

/// <summary>Labels as Prometheus writes them, in a borrowed buffer: a series is known by its text, which needs no other form to be shown.</summary>
internal ref struct LabelText(Span<byte> buffer)
{
    /// <summary>Room for eight labels of the longest values.</summary>
    internal const int MaxSize = 4096;

    private const int MaxValueSize = 200;
    private Utf8Builder _text = new(buffer);
    private bool _isBegun;

    internal readonly ReadOnlySpan<byte> Written => _text.Written;

    /// <summary>Adds nothing when the value is empty: such a label does not exist.</summary>
    internal void Add(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            return;
        }
        Begin(name);
        AppendEscaped(Shorten(value));
        _text.Append("\""u8);
    }

    /// <summary>Adds nothing when it is 0.</summary>
    internal void Add(scoped ReadOnlySpan<byte> name, long number)
    {
        if (number == 0)
        {
            return;
        }
        Begin(name);
        _text.Append(number);
        _text.Append("\""u8);
    }

    private void Begin(scoped ReadOnlySpan<byte> name)
    {
        _text.Append(_isBegun ? ","u8 : default);
        _text.Append(name);
        _text.Append("=\""u8);
        _isBegun = true;
    }

    // Not within a character.
    private static ReadOnlySpan<byte> Shorten(ReadOnlySpan<byte> value)
    {
        if (value.Length <= MaxValueSize)
        {
            return value;
        }
        var size = MaxValueSize;
        while (size > 0 && (value[size] & 0xc0) == 0x80)
        {
            size--;
        }
        return value[..size];
    }

    private void AppendEscaped(scoped ReadOnlySpan<byte> value)
    {
        while (value.IndexOfAny("\\\"\n"u8) is var at and >= 0)
        {
            _text.Append(value[..at]);
            _text.Append(value[at] == '\n' ? "\\n"u8 : value[at] == '"' ? "\\\""u8 : "\\\\"u8);
            value = value[(at + 1)..];
        }
        _text.Append(value);
    }
}
