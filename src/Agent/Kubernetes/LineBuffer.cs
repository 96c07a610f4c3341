// SPDX-License-Identifier: Apache-2.0
namespace Agent.Kubernetes;

/// <summary>Lines of a stream that does not end; text in JSON holds no line breaks.</summary>
internal sealed class LineBuffer
{
    private const int FirstSize = 32 << 10;
    private const int MaxLine = 8 << 20;

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>Reads once; false at the end of the stream. Throws <see cref="InvalidDataException"/> when a line is too long.</summary>
    internal async ValueTask<bool> FillAsync(Stream stream, CancellationToken cancel)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end, _searched) = (0, _end - _start, _searched - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxLine)
            {
                throw new InvalidDataException($"a line is longer than {MaxLine >> 20} MiB");
            }
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
        _end += read;
        return read > 0;
    }

    /// <summary>The next line that is there as a whole, without its end; valid until the next reading.</summary>
    internal bool TryTake(out ReadOnlySpan<byte> line)
    {
        var found = _buffer.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
        if (found < 0)
        {
            _searched = _end;
            line = default;
            return false;
        }
        var end = _searched + found;
        line = _buffer.AsSpan(_start, end - _start);
        _start = _searched = end + 1;
        return true;
    }
}
