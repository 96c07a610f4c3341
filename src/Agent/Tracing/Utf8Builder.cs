// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;
using Agent.Otlp;

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
        if (count > 0)
        {
            ShortCopy.Copy(ref _buffer[_size], text[..count]);
            _size += count;
        }
    }

    public void Append(long number)
    {
        if (Utf8Formatter.TryFormat(number, _buffer[_size..], out var written))
        {
            _size += written;
        }
    }
}
