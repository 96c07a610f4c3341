// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>Texts of one span, in one array that is used again for the next.</summary>
internal sealed class TextArena
{
    private byte[] _bytes = new byte[1024];
    private int _used;

    public void Clear() => _used = 0;

    public Text Add(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > _bytes.Length - _used)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _used + utf8.Length));
        }

        utf8.CopyTo(_bytes.AsSpan(_used));
        var text = new Text(_used, utf8.Length);
        _used += utf8.Length;
        return text;
    }

    public ReadOnlySpan<byte> this[Text text] => _bytes.AsSpan(text.Start, text.Size);

    /// <summary>Where a text is; nothing at all is the empty one.</summary>
    internal readonly record struct Text(int Start, int Size);
}
