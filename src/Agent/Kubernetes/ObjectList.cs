// SPDX-License-Identifier: Apache-2.0
// A list may be hundreds of megabytes when the server ignores the limit (answers from its cache do). It is read as it comes; at any
// moment there is one object of it in memory.
using System.Text.Json;

namespace Agent.Kubernetes;

/// <summary>Takes a list apart into its objects while it arrives. Used once.</summary>
internal sealed class ObjectList(Action<ReadOnlySpan<byte>> onObject)
{
    private const int FirstSize = 64 << 10;
    private const int MaxObject = 8 << 20; // the server stores objects of 1.5 MiB at most

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _end;
    private bool _isInItems;
    private JsonReaderState _state;

    /// <summary>Of the list: where a watch goes on.</summary>
    internal string ResourceVersion { get; private set; } = "";

    /// <summary>Names the rest of the list; null: this was all.</summary>
    internal string? Continue { get; private set; }

    /// <summary>Throws <see cref="JsonException"/> when what comes is no list.</summary>
    internal async Task ReadAsync(Stream stream, CancellationToken cancel)
    {
        while (true)
        {
            MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancel).ConfigureAwait(false);
            _end += read;
            while (Step(isFinal: read == 0))
            {
            }
            if (read == 0)
            {
                return;
            }
        }
    }

    // One property, or one object of the list; false when it is not there yet as a whole.
    private bool Step(bool isFinal)
    {
        var unread = _buffer.AsSpan(_start, _end - _start);
        var reader = new Utf8JsonReader(unread, isFinal, _state);
        if (!reader.Read() || !TryTake(ref reader, unread))
        {
            return false;
        }
        _start += (int)reader.BytesConsumed;
        _state = reader.CurrentState;
        return true;
    }

    private bool TryTake(ref Utf8JsonReader reader, ReadOnlySpan<byte> unread)
    {
        if (_isInItems)
        {
            return TryTakeObject(ref reader, unread);
        }
        if (reader.TokenType != JsonTokenType.PropertyName)
        {
            return true;
        }
        var isItems = reader.ValueTextEquals("items");
        var isMetadata = reader.ValueTextEquals("metadata");
        if (!reader.Read())
        {
            return false;
        }
        if (isItems && reader.TokenType == JsonTokenType.StartArray)
        {
            return _isInItems = true;
        }
        var begin = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
        {
            return false;
        }
        if (isMetadata)
        {
            ReadMetadata(unread[begin..(int)reader.BytesConsumed]);
        }
        return true;
    }

    private bool TryTakeObject(ref Utf8JsonReader reader, ReadOnlySpan<byte> unread)
    {
        if (reader.TokenType == JsonTokenType.EndArray)
        {
            _isInItems = false;
            return true;
        }
        var begin = (int)reader.TokenStartIndex;
        if (!reader.TrySkip())
        {
            return false;
        }
        onObject(unread[begin..(int)reader.BytesConsumed]);
        return true;
    }

    private void ReadMetadata(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        for (var fields = JsonWalk.Into(ref reader); fields.NextProperty(ref reader);)
        {
            switch (JsonWalk.Enter(ref reader, ["resourceVersion", "continue"]))
            {
                case 0:
                    ResourceVersion = JsonWalk.Text(ref reader) ?? "";
                    break;
                case 1:
                    Continue = JsonWalk.Text(ref reader) is { Length: > 0 } rest ? rest : null;
                    break;
            }
        }
    }

    private void MakeRoom()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length)
        {
            if (_buffer.Length >= MaxObject)
            {
                throw new JsonException($"an object is larger than {MaxObject >> 20} MiB");
            }
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
