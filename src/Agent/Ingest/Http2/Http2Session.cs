// SPDX-License-Identifier: Apache-2.0
// Not for several threads: the connection holds its lock around every call, and so around the callbacks, which nghttp2 makes out
// of Receive and Send only. Callbacks may not throw.
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Agent.Ingest.Http2;

/// <summary>The server's end of a connection of HTTP/2, without the connection: bytes in, streams out, bytes out.</summary>
internal sealed unsafe class Http2Session : IDisposable
{
    private const uint MaxStreams = 100;
    private const int StreamWindow = 1 << 20;
    private const int ConnectionWindow = 4 << 20;
    private const uint LongestFields = 16 * 1024;
    private const int MaxAnswersQueued = 1000; // to pings and settings of a client that does not read
    private const int MaxSettings = 32;
    private const int MaxContinuations = 8;
    private const int ResetBurst = 1000;
    private const int ResetsPerSecond = 50;

    // What no window limits and nobody needs: data without a byte, and, each as bad as a hundred of them, heads that are too long.
    private const int MaxUseless = 1000;
    private const int LongHead = 100;
    private const uint EnhanceYourCalm = 11;

    private static readonly nint Callbacks = MakeCallbacks();
    private static readonly nint Options = MakeOptions();

    private readonly Dictionary<int, Http2Stream> _streams = [];
    private readonly Action<Http2Stream, ReadOnlySpan<byte>> _onData;
    private readonly Action<Http2Stream> _onFrame;
    private readonly nint _session;
    private int _useless;
    private GCHandle _self;

    /// <param name="onFrame">The fields of a stream are there, or its end.</param>
    public Http2Session(Action<Http2Stream, ReadOnlySpan<byte>> onData, Action<Http2Stream> onFrame)
    {
        (_onData, _onFrame) = (onData, onFrame);
        _self = GCHandle.Alloc(this);
        Check(NgHttp2.NewServer(out _session, Callbacks, GCHandle.ToIntPtr(_self), Options));
        var settings = stackalloc NgHttp2.Setting[]
        {
            new() { Id = NgHttp2.MaxConcurrentStreamsSetting, Value = MaxStreams },
            new() { Id = NgHttp2.InitialWindowSizeSetting, Value = StreamWindow },
            new() { Id = NgHttp2.MaxHeaderListSizeSetting, Value = LongestFields },
        };
        Check(NgHttp2.SubmitSettings(_session, 0, settings, 3));
        Check(NgHttp2.SetLocalWindowSize(_session, 0, 0, ConnectionWindow));
    }

    public bool IsOver => NgHttp2.WantsRead(_session) == 0 && NgHttp2.WantsWrite(_session) == 0;

    public IReadOnlyCollection<Http2Stream> Streams => _streams.Values;

    /// <summary>False when it is not HTTP/2, or too much of something; a GOAWAY waits to be sent then.</summary>
    public bool TryReceive(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            return NgHttp2.Receive(_session, start, (nuint)bytes.Length) >= 0;
        }
    }

    /// <summary>What is to be sent next; empty: nothing. Valid until the next call of anything.</summary>
    public ReadOnlySpan<byte> Send()
    {
        var size = NgHttp2.Send(_session, out var bytes);
        return size > 0 ? new(bytes, (int)size) : default;
    }

    public void Answer(Http2Stream stream, Http2Reply reply)
    {
        stream.Reply = reply;
        var provider = new NgHttp2.DataProvider { Read = &OnRead };
        var hasData = reply.IsOpen || !reply.Body.IsEmpty || reply.Trailers is not null;
        using var fields = new Http2Fields(reply.Fields);
        _ = NgHttp2.SubmitResponse(_session, stream.Id, fields.Start, fields.Count, hasData ? &provider : null);
    }

    /// <summary>Ends a reply that was left open.</summary>
    public void End(Http2Stream stream, (string Name, string Value)[] trailers)
    {
        stream.Reply = stream.Reply! with { Trailers = trailers, IsOpen = false };
        _ = NgHttp2.ResumeData(_session, stream.Id);
    }

    /// <summary>Lets the client send so much more on the connection.</summary>
    public void ConsumeConnection(int size) => _ = NgHttp2.ConsumeConnection(_session, (nuint)size);

    /// <summary>And on the stream.</summary>
    public void ConsumeStream(Http2Stream stream, int size) => _ = NgHttp2.ConsumeStream(_session, stream.Id, (nuint)size);

    /// <summary>No new streams; those that are there go on.</summary>
    public void GoAway() => _ = NgHttp2.SubmitGoaway(_session, 0, NgHttp2.LastStream(_session), 0, null, 0);

    public void Dispose()
    {
        NgHttp2.DeleteSession(_session);
        foreach (var stream in _streams.Values)
        {
            Forget(stream);
        }

        _streams.Clear();
        _self.Free();
    }

    private static void Forget(Http2Stream stream)
    {
        stream.IsClosed = true;
        stream.TakeBody()?.Release();
        stream.Arrived?.Release();
    }

    // At the limit the connection is told why it ends, and what still comes on it is not looked at.
    private void Count(int useless)
    {
        var before = _useless;
        _useless += useless;
        if (before < MaxUseless && _useless >= MaxUseless)
        {
            _ = NgHttp2.Terminate(_session, EnhanceYourCalm);
        }
    }

    private static Http2Session Of(nint user) => (Http2Session)GCHandle.FromIntPtr(user).Target!;

    [UnmanagedCallersOnly]
    private static int OnBeginHeaders(nint session, NgHttp2.FrameHeader* frame, nint user)
    {
        Of(user)._streams.TryAdd(frame->Stream, new Http2Stream(frame->Stream, Environment.TickCount64));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static int OnHeader(
        nint session, NgHttp2.FrameHeader* frame, byte* name, nuint nameSize, byte* value, nuint valueSize, byte flags, nint user)
    {
        var self = Of(user);
        if (self._streams.TryGetValue(frame->Stream, out var stream) && stream.TryAdd(new(name, (int)nameSize), new(value, (int)valueSize)))
        {
            return 0;
        }

        self.Count(LongHead);
        return NgHttp2.TemporalCallbackFailure;
    }

    [UnmanagedCallersOnly]
    private static int OnFrame(nint session, NgHttp2.FrameHeader* frame, nint user)
    {
        if (frame->Type == NgHttp2.DataFrame && frame->Length == 0 && (frame->Flags & NgHttp2.EndStreamFlag) == 0)
        {
            Of(user).Count(1);
        }

        if (frame->Type is NgHttp2.HeadersFrame or NgHttp2.DataFrame && Of(user)._streams.TryGetValue(frame->Stream, out var stream))
        {
            stream.HasFields = true;
            stream.IsWhole |= (frame->Flags & NgHttp2.EndStreamFlag) != 0;
            return Guard(() => Of(user)._onFrame(stream));
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static int OnData(nint session, byte flags, int id, byte* bytes, nuint size, nint user)
    {
        try
        {
            var self = Of(user);
            self.ConsumeConnection((int)size);
            self._useless = Math.Max(0, self._useless - 1);
            if (self._streams.TryGetValue(id, out var stream))
            {
                self._onData(stream, new(bytes, (int)size));
            }

            return 0;
        }
        catch (Exception e) when (e is not NullReferenceException)
        {
            return NgHttp2.CallbackFailure;
        }
    }

    [UnmanagedCallersOnly]
    private static int OnClose(nint session, int id, uint error, nint user)
    {
        if (Of(user)._streams.Remove(id, out var stream))
        {
            Forget(stream);
        }

        return 0;
    }

    [UnmanagedCallersOnly]
    private static nint OnRead(nint session, int id, byte* room, nuint size, uint* flags, nint source, nint user)
    {
        if (!Of(user)._streams.TryGetValue(id, out var stream) || stream.Reply is not { } reply)
        {
            return NgHttp2.TemporalCallbackFailure;
        }

        if (reply.IsOpen)
        {
            return NgHttp2.Deferred;
        }

        var part = reply.Body.Span[stream.Sent..];
        part = part[..(int)Math.Min((nuint)part.Length, size)];
        part.CopyTo(new Span<byte>(room, part.Length));
        stream.Sent += part.Length;
        if (stream.Sent == reply.Body.Length)
        {
            *flags |= NgHttp2.EndOfData;
            if (reply.Trailers is { } trailers)
            {
                *flags |= NgHttp2.NoEndStream;
                using var fields = new Http2Fields(trailers);
                _ = NgHttp2.SubmitTrailer(session, id, fields.Start, fields.Count);
            }
        }

        return part.Length;
    }

    private static int Guard(Action action)
    {
        try
        {
            action();
            return 0;
        }
        catch (Exception e) when (e is not NullReferenceException)
        {
            return NgHttp2.CallbackFailure;
        }
    }

    private static nint MakeCallbacks()
    {
        Check(NgHttp2.NewCallbacks(out var callbacks));
        NgHttp2.SetOnBeginHeaders(callbacks, &OnBeginHeaders);
        NgHttp2.SetOnHeader(callbacks, &OnHeader);
        NgHttp2.SetOnFrame(callbacks, &OnFrame);
        NgHttp2.SetOnData(callbacks, &OnData);
        NgHttp2.SetOnClose(callbacks, &OnClose);
        return callbacks;
    }

    private static nint MakeOptions()
    {
        Check(NgHttp2.NewOption(out var option));
        NgHttp2.SetNoAutoWindowUpdate(option, 1);
        NgHttp2.SetNoClosedStreams(option, 1);
        NgHttp2.SetMaxOutboundAck(option, MaxAnswersQueued);
        NgHttp2.SetMaxSettings(option, MaxSettings);
        NgHttp2.SetStreamResetRateLimit(option, ResetBurst, ResetsPerSecond);
        NgHttp2.SetMaxContinuations(option, MaxContinuations);
        return option;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new InvalidOperationException($"nghttp2: error {result}");
        }
    }
}
