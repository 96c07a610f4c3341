// SPDX-License-Identifier: Apache-2.0
// One task reads and hands what came to the session, under the lock; calls are answered by that task or by others, whoever has
// the answer, and one at a time of them sends. What a client does not read is bounded by its own windows.
using System.Buffers;
using System.Globalization;
using System.Net.Sockets;
using Agent.Ingest.Formats;
using Agent.Ingest.Http;

namespace Agent.Ingest.Http2;

/// <summary>One connection of HTTP/2: gRPC, and plain requests too.</summary>
internal sealed class Http2Server : IDisposable
{
    private const int SendSize = 64 * 1024;

    private static readonly TimeSpan IdleTime = TimeSpan.FromHours(1); // channels stay open while nothing happens
    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly IngestConnection _connection;
    private readonly GrpcDesk _grpc;
    private readonly HttpDesk _http;
    private readonly CancellationToken _stopping;
    private readonly CancellationToken _cancel;
    private readonly Lock _gate = new();
    private readonly List<Http2Stream> _touched = [];
    private readonly Http2Session _session;
    private bool _isReading; // the reader sends what comes of it
    private bool _isSending;
    private bool _isClosed;
    private long _writeDeadline = long.MaxValue;

    private Http2Server(IngestConnection connection, GrpcDesk grpc, HttpDesk http, CancellationToken stopping, CancellationToken cancel)
    {
        (_connection, _grpc, _http, _stopping, _cancel) = (connection, grpc, http, stopping, cancel);
        _session = new Http2Session(OnData, _touched.Add);
    }

    /// <summary>No method of HTTP/1 begins so.</summary>
    public static ReadOnlySpan<byte> PrefaceStart => "PRI"u8;

    public static async Task RunAsync(
        IngestConnection connection, GrpcDesk grpc, HttpDesk http, CancellationToken stopping, CancellationToken cancel)
    {
        using var server = new Http2Server(connection, grpc, http, stopping, cancel);
        connection.IsLate = server.IsLate;
        using var stop = stopping.Register(() => _ = server.GoAwayAsync());
        await server.ReadAsync().ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            _session.Dispose();
        }
    }

    private async Task ReadAsync()
    {
        do
        {
            _connection.Allow(IdleTime);
            bool goesOn;
            lock (_gate)
            {
                _isReading = true;
                goesOn = _session.TryReceive(_connection.Unread.Span);
                _connection.Use(_connection.Unread.Length);
            }

            Dispatch();
            lock (_gate)
            {
                _isReading = false;
                goesOn &= !_session.IsOver;
            }

            await SendAsync().ConfigureAwait(false);
            if (!goesOn)
            {
                await _connection.LingerAsync(_cancel).ConfigureAwait(false);
                return;
            }
        }
        while (await _connection.ReadAsync(_cancel).ConfigureAwait(false));
    }

    // Under the lock.
    private void OnData(Http2Stream stream, ReadOnlySpan<byte> bytes)
    {
        if (stream.Refusal is not null || (stream.IsAnswered && stream.Arrived is null))
        {
            _session.ConsumeStream(stream, bytes.Length);
            return;
        }

        stream.Body ??= _grpc.Desk.NewBody();
        if (!stream.Body.TryAppend(bytes))
        {
            stream.Refusal = stream.Body.IsAtLimit ? IngestAnswer.TooLarge(_grpc.Desk.MaxBody) : IngestAnswer.Full;
            stream.TakeBody()?.Release();
            _touched.Add(stream);
        }

        if (stream.Arrived is null)
        {
            _session.ConsumeStream(stream, bytes.Length);
        }
        else
        {
            stream.Unconsumed += bytes.Length;
            stream.Arrived.Release();
        }
    }

    private void Dispatch()
    {
        // Only the reader adds to it.
        foreach (var stream in _touched)
        {
            stream.Arrived?.Release();
            if (stream.HasFields && !stream.IsAnswered && !stream.IsClosed)
            {
                Dispatch(stream);
            }
        }

        _touched.Clear();
    }

    private void Dispatch(Http2Stream stream)
    {
        var question = stream.Question;
        var route = default(HttpRoute);
        var call = stream.IsGrpc ? _grpc.Find(question.Path) : GrpcCall.Unknown;
        if (stream.IsGrpc && call is GrpcCall.ExportStream or GrpcCall.Settings)
        {
            stream.IsAnswered = true;
            stream.Arrived = new SemaphoreSlim(1);
            _ = FollowAsync(stream, call);
        }
        else if (stream.IsGrpc && call is not GrpcCall.Export)
        {
            Answer(stream, call == GrpcCall.Health ? GrpcDesk.Healthy() : GrpcDesk.Unknown(question.Path));
        }
        else if (!stream.IsGrpc && _http.Refuse(question, out route) is { } refusal)
        {
            Answer(stream, Reply(refusal));
        }
        else if (stream.Refusal is { } failure)
        {
            Answer(stream, stream.IsGrpc ? _grpc.Refuse(failure) : Reply(_http.Refuse(question, route, failure)));
        }
        else if (stream.IsWhole)
        {
            stream.IsAnswered = true;
            _ = AnswerAsync(stream, route);
        }
    }

    private async Task AnswerAsync(Http2Stream stream, HttpRoute route)
    {
        IngestBuffer body;
        lock (_gate)
        {
            body = stream.TakeBody() ?? _grpc.Desk.NewBody();
        }

        try
        {
            var reply = stream.IsGrpc
                ? await _grpc.AnswerAsync(stream.GrpcEncoding, body, _cancel).ConfigureAwait(false)
                : Reply(await _http.AnswerAsync(stream.Question, route, body, _cancel).ConfigureAwait(false));
            Answer(stream, reply);
            await SendAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _connection.Cut();
        }
    }

    private void Answer(Http2Stream stream, Http2Reply reply)
    {
        lock (_gate)
        {
            stream.IsAnswered = true;
            if (!stream.IsClosed && !_isClosed)
            {
                _session.Answer(stream, reply);
            }
        }
    }

    /// <summary>A stream of messages, until the client ends it, or something is wrong, or the process ends.</summary>
    private async Task FollowAsync(Http2Stream stream, GrpcCall call)
    {
        var bytes = _grpc.Desk.NewBody();
        try
        {
            Answer(stream, GrpcReply.Open);
            var (code, message) = await FollowAsync(stream, call, bytes).ConfigureAwait(false);
            lock (_gate)
            {
                stream.Arrived = null;
                stream.TakeBody()?.Release();
                if (!stream.IsClosed && !_isClosed)
                {
                    _session.ConsumeStream(stream, stream.Unconsumed);
                    _session.End(stream, GrpcReply.Status(code, message));
                }
            }

            await SendAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _connection.Cut();
        }
        finally
        {
            bytes.Release();
        }
    }

    private async Task<(int Code, string Message)> FollowAsync(Http2Stream stream, GrpcCall call, IngestBuffer bytes)
    {
        var census = new OpenCensusStream();
        var arrivals = stream.Arrived!;
        while (true)
        {
            IngestBuffer? body;
            bool isWhole;
            int consumed;
            lock (_gate)
            {
                (body, isWhole, consumed, stream.Unconsumed) = (stream.TakeBody(), stream.IsWhole, stream.Unconsumed, 0);
                if (stream.IsClosed || _isClosed)
                {
                    body?.Release();
                    return (RpcStatus.Ok, "");
                }
            }

            if (stream.Refusal is { } refusal)
            {
                body?.Release();
                return (RpcStatus.CodeOf(refusal.Outcome), refusal.Message ?? "");
            }

            var hasRoom = body is null || call == GrpcCall.Settings || bytes.TryAppend(body.Written);
            body?.Release();
            var end = !hasRoom ? (RpcStatus.Unavailable, IngestAnswer.Full.Message!)
                : await _grpc.TakeAsync(census, stream.GrpcEncoding, bytes, _stopping, _cancel).ConfigureAwait(false);
            if (end is not null || isWhole)
            {
                return end ?? (bytes.Size == 0 ? (RpcStatus.Ok, "") : (RpcStatus.InvalidArgument, "the stream ends inside of a message"));
            }

            Consume(stream, consumed);
            await SendAsync().ConfigureAwait(false);
            try
            {
                await arrivals.WaitAsync(_stopping).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return (RpcStatus.Unavailable, IngestAnswer.Closing.Message!);
            }
        }
    }

    private void Consume(Http2Stream stream, int size)
    {
        lock (_gate)
        {
            if (!stream.IsClosed && !_isClosed)
            {
                _session.ConsumeStream(stream, size);
            }
        }
    }

    private async Task GoAwayAsync()
    {
        try
        {
            lock (_gate)
            {
                if (_isClosed)
                {
                    return;
                }

                _session.GoAway();
            }

            await SendAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            _connection.Cut();
        }
    }

    /// <summary>Sends what there is, unless somebody else does, and closes what is over.</summary>
    private async ValueTask SendAsync()
    {
        lock (_gate)
        {
            if (_isSending || _isReading || _isClosed)
            {
                return;
            }

            _isSending = true;
        }

        var buffer = new ArrayBufferWriter<byte>(256);
        while (TryCollect(buffer, out var isOver))
        {
            Volatile.Write(ref _writeDeadline, Environment.TickCount64 + (long)WriteTime.TotalMilliseconds);
            await _connection.Stream.WriteAsync(buffer.WrittenMemory, _cancel).ConfigureAwait(false);
            Volatile.Write(ref _writeDeadline, long.MaxValue);
            buffer.ResetWrittenCount();
            if (isOver)
            {
                // The reader waits for a client that has nothing to say any more.
                _connection.Allow(LastWords);
                _connection.Socket.Shutdown(SocketShutdown.Send);
            }
        }
    }

    private bool TryCollect(ArrayBufferWriter<byte> buffer, out bool isOver)
    {
        lock (_gate)
        {
            isOver = false;
            while (!_isClosed && buffer.WrittenCount < SendSize && _session.Send() is { IsEmpty: false } part)
            {
                buffer.Write(part);
            }

            _isSending = buffer.WrittenCount > 0;
            isOver = !_isClosed && _session.IsOver;
            return _isSending;
        }
    }

    private bool IsLate(long now)
    {
        if (now > Volatile.Read(ref _writeDeadline))
        {
            return true;
        }

        lock (_gate)
        {
            return !_isClosed && _session.Streams.Any(stream => !stream.IsWhole && stream.Arrived is null && now - stream.Begun > RequestTime.TotalMilliseconds);
        }
    }

    private static Http2Reply Reply(HttpAnswer answer) =>
        new([(":status", answer.Status.ToString(CultureInfo.InvariantCulture)), .. answer.Fields()], answer.Body);
}
