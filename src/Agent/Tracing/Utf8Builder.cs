// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Agent.Tracing;

/// <summary>Joins pieces of text in a borrowed buffer; what does not fit is cut off.</summary>
internal ref struct Utf8Builder(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;
    private int _size;

    public readonly ReadOnlySpan<byte> Written => _buffer[.._size];

    public void Append(scoped ReadOnlySpan<byte> text)
    {
        var count = Math.Min(text.Length, _buffer.Length - _size);
        text[..count].CopyTo(_buffer[_size..]);
        _size += count;
    }

    public void Append(long number)
    {
        if (Utf8Formatter.TryFormat(number, _buffer[_size..], out var written))
        {
            _size += written;
        }
    }
}
