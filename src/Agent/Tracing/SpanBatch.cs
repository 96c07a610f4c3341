// SPDX-License-Identifier: Apache-2.0
// Memory of a batch, from the start of its buffer:
//
//   room for the envelope | span | span | … | free
//
// The envelope (resource, scope, lengths) is only known in full when the batch is sealed. It is then written so that it
// ends where the first span begins; nothing moves, and all lengths are exact.
using System.Buffers;
using Agent.Otlp;

namespace Agent.Tracing;

/// <summary>Encoded spans of one resource. Written by one thread, then sealed and only read.</summary>
internal sealed class SpanBatch(SpanBatchPool pool)
{
    // With the envelope a little more than half of what the pool hands out then.
    private const int FirstSize = 4 * 1024;
    private const int MaxSize = 64 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _references;
    private TaskCompletionSource<bool>? _settled;
    private volatile bool _isLost;

    /// <summary>What all spans come from; null where another process encoded them.</summary>
    public SpanResource? Resource { get; private set; }

    /// <summary>When the batch was opened, on the clock of its owner.</summary>
    public long OpenedAt { get; private set; }

    public int Spans { get; private set; }

    /// <summary>Memory that the batch holds.</summary>
    public int Capacity => _buffer.Length;

    /// <summary>Of a sealed batch: <c>resource_spans</c> of an ExportTraceServiceRequest, one of them if it was written here.</summary>
    public ReadOnlyMemory<byte> Encoded => _buffer.AsMemory(_start, _end - _start);

    public void Open(SpanResource resource, long now)
    {
        var room = TraceEnvelope.MaxSize(resource.Encoded);
        _buffer = ArrayPool<byte>.Shared.Rent(room + FirstSize);
        Resource = resource;
        _start = _end = room;
        _references = 1;
        Spans = 0;
        OpenedAt = now;
    }

    /// <summary>Instead of opening, writing and sealing: what another process encoded.</summary>
    public void Fill(ReadOnlySpan<byte> encoded, int spans)
    {
        _buffer = ArrayPool<byte>.Shared.Rent(encoded.Length);
        encoded.CopyTo(_buffer);
        (_start, _end, _references, Spans) = (0, encoded.Length, 1, spans);
    }

    /// <summary>A writer over the free part; its span counts once <see cref="TryEnd"/> takes it.</summary>
    public SpanWriter Begin() => new(_buffer.AsSpan(_end));

    /// <summary>False when the span did not fit: nothing was added.</summary>
    public bool TryEnd(scoped ref SpanWriter span)
    {
        if (!span.TryFinish(out var size))
        {
            return false;
        }

        _end += size;
        Spans++;
        return true;
    }

    /// <summary>Makes more room; false when the batch is as large as it may become.</summary>
    public bool TryGrow()
    {
        if (_buffer.Length >= MaxSize)
        {
            return false;
        }

        Grow(_buffer.Length * 2);
        return true;
    }

    /// <summary>A span that is encoded already. Alone it may be as large as it is; false when there are others and it does not fit.</summary>
    public bool TryAdd(ReadOnlySpan<byte> entry)
    {
        while (_buffer.Length - _end < entry.Length)
        {
            if (Spans == 0)
            {
                Grow(_end + entry.Length);
            }
            else if (!TryGrow())
            {
                return false;
            }
        }

        entry.CopyTo(_buffer.AsSpan(_end));
        _end += entry.Length;
        Spans++;
        return true;
    }

    public void Seal()
    {
        var resource = Resource!.Encoded;
        var room = TraceEnvelope.MaxSize(resource);
        if (room > _start)
        {
            MakeRoom(room); // its resource has become larger since
        }

        _start = TraceEnvelope.WriteBefore(_buffer, _start, _end, resource, Resource.HasScopes);
    }

    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Completes with the last release: whether the batch reached all that it was for. To be asked for before anyone else has it.</summary>
    public Task<bool> WhenSettled() =>
        (_settled = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Some receiver will not get it. The caller still holds a reference.</summary>
    public void Lose() => _isLost = true;

    /// <summary>The last one to release gives the memory back; the batch must not be touched after that.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, Resource) = ([], null);
            _settled?.SetResult(!_isLost);
            (_settled, _isLost) = (null, false);
            pool.Return(this);
        }
    }

    private void Grow(int size)
    {
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void MakeRoom(int room)
    {
        var size = _end - _start;
        var larger = ArrayPool<byte>.Shared.Rent(room + size);
        _buffer.AsSpan(_start, size).CopyTo(larger.AsSpan(room));
        ArrayPool<byte>.Shared.Return(_buffer);
        (_buffer, _start, _end) = (larger, room, room + size);
    }
}
