// SPDX-License-Identifier: Apache-2.0
// A timer for each read of each connection would cost more than the reads. So a connection only says until when it must have got
// further, and one sweep a second over all closes those that have not. Closing ends whatever it waits for.
using System.Buffers;
using System.Net.Sockets;

namespace Agent.Ingest;

/// <summary>One client's connection and what was read from it but not used. An idle one holds no buffer.</summary>
internal sealed class IngestConnection(Socket socket) : IDisposable
{
    private const int BufferSize = 16 * 1024;

    private static readonly TimeSpan IdleTime = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LingerTime = TimeSpan.FromSeconds(2);

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private long _deadline = long.MaxValue;
    private volatile bool _isIdle;

    public Socket Socket => socket;

    /// <summary>Above the socket, with TLS or without.</summary>
    public Stream Stream { get; set; } = new NetworkStream(socket, ownsSocket: true);

    /// <summary>Asked by the sweep: something else about it is late.</summary>
    public Func<long, bool>? IsLate { get; set; }

    public ReadOnlyMemory<byte> Unread => _buffer.AsMemory(_start, _end - _start);

    public bool HasRoom => _end - _start < BufferSize;

    /// <summary>Nothing is due from the client.</summary>
    public bool IsIdle => _isIdle;

    /// <summary>There must be progress within that time.</summary>
    public void Allow(TimeSpan time)
    {
        Volatile.Write(ref _deadline, Environment.TickCount64 + (long)time.TotalMilliseconds);
        _isIdle = false;
    }

    public void BeIdle()
    {
        Allow(IdleTime);
        _isIdle = true;
    }

    public bool IsOverdue(long now) => now > Volatile.Read(ref _deadline) || IsLate?.Invoke(now) == true;

    public void Use(int size)
    {
        _start += size;
        if (_start == _end)
        {
            ReleaseBuffer();
        }
    }

    /// <summary>Reads more behind what is unread, for which there must be room; false at the end.</summary>
    public async ValueTask<bool> ReadAsync(CancellationToken cancel)
    {
        if (_buffer.Length == 0)
        {
            // Waits without memory.
            await Stream.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
            _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
            (_start, _end) = (0, 0);
        }
        else if (_start > 0)
        {
            Unread.CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var size = await Stream.ReadAsync(_buffer.AsMemory(_end, BufferSize - _end), cancel).ConfigureAwait(false);
        _end += size;
        return size > 0;
    }

    /// <summary>Lets the client read the answer: a socket that is closed with bytes unread resets the connection.</summary>
    public async ValueTask LingerAsync(CancellationToken cancel)
    {
        Allow(LingerTime);
        if (Stream is NetworkStream)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        do
        {
            Use(_end - _start);
        }
        while (await ReadAsync(cancel).ConfigureAwait(false));
    }

    /// <summary>Closes it, from any thread: its reads and writes fail.</summary>
    public void Cut() => socket.Dispose();

    public void Dispose()
    {
        ReleaseBuffer();
        Stream.Dispose();
    }

    private void ReleaseBuffer()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        (_start, _end) = (0, 0);
    }
}
