// SPDX-License-Identifier: Apache-2.0
// Debian's libnghttp2 1.52, which has the limits of later versions against floods of resets and continuations.
using System.Runtime.InteropServices;

namespace Agent.Ingest.Http2;

/// <summary>The part of nghttp2 that a server needs.</summary>
internal static unsafe partial class NgHttp2
{
    public const int TemporalCallbackFailure = -521;
    public const int CallbackFailure = -902;
    public const int Deferred = -508;

    public const byte DataFrame = 0;
    public const byte HeadersFrame = 1;
    public const byte EndStreamFlag = 1;

    public const uint EndOfData = 1;
    public const uint NoEndStream = 2;

    public const int MaxConcurrentStreamsSetting = 3;
    public const int InitialWindowSizeSetting = 4;
    public const int MaxHeaderListSizeSetting = 6;

    private const string Library = "nghttp2";

    /// <summary>nghttp2_frame_hd, with which every frame begins.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct FrameHeader
    {
        public nuint Length;
        public int Stream;
        public byte Type;
        public byte Flags;
        public byte Reserved;
    }

    /// <summary>nghttp2_nv.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Field
    {
        public byte* Name;
        public byte* Value;
        public nuint NameSize;
        public nuint ValueSize;
        public byte Flags;
    }

    /// <summary>nghttp2_settings_entry.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Setting
    {
        public int Id;
        public uint Value;
    }

    /// <summary>nghttp2_data_provider.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct DataProvider
    {
        public nint Source;
        public delegate* unmanaged<nint, int, byte*, nuint, uint*, nint, nint, nint> Read;
    }

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_new")]
    public static partial int NewCallbacks(out nint callbacks);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_del")]
    public static partial void DeleteCallbacks(nint callbacks);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_set_on_begin_headers_callback")]
    public static partial void SetOnBeginHeaders(nint callbacks, delegate* unmanaged<nint, FrameHeader*, nint, int> callback);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_set_on_header_callback")]
    public static partial void SetOnHeader(nint callbacks, delegate* unmanaged<nint, FrameHeader*, byte*, nuint, byte*, nuint, byte, nint, int> callback);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_set_on_frame_recv_callback")]
    public static partial void SetOnFrame(nint callbacks, delegate* unmanaged<nint, FrameHeader*, nint, int> callback);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_set_on_data_chunk_recv_callback")]
    public static partial void SetOnData(nint callbacks, delegate* unmanaged<nint, byte, int, byte*, nuint, nint, int> callback);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_callbacks_set_on_stream_close_callback")]
    public static partial void SetOnClose(nint callbacks, delegate* unmanaged<nint, int, uint, nint, int> callback);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_new")]
    public static partial int NewOption(out nint option);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_del")]
    public static partial void DeleteOption(nint option);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_set_no_auto_window_update")]
    public static partial void SetNoAutoWindowUpdate(nint option, int value);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_set_no_closed_streams")]
    public static partial void SetNoClosedStreams(nint option, int value);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_set_max_outbound_ack")]
    public static partial void SetMaxOutboundAck(nint option, nuint value);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_set_max_settings")]
    public static partial void SetMaxSettings(nint option, nuint value);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_set_stream_reset_rate_limit")]
    public static partial void SetStreamResetRateLimit(nint option, ulong burst, ulong rate);

    [LibraryImport(Library, EntryPoint = "nghttp2_option_set_max_continuations")]
    public static partial void SetMaxContinuations(nint option, nuint value);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_server_new2")]
    public static partial int NewServer(out nint session, nint callbacks, nint user, nint option);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_del")]
    public static partial void DeleteSession(nint session);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_mem_recv")]
    public static partial nint Receive(nint session, byte* bytes, nuint size);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_mem_send")]
    public static partial nint Send(nint session, out byte* bytes);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_want_read")]
    public static partial int WantsRead(nint session);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_want_write")]
    public static partial int WantsWrite(nint session);

    [LibraryImport(Library, EntryPoint = "nghttp2_submit_settings")]
    public static partial int SubmitSettings(nint session, byte flags, Setting* settings, nuint count);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_set_local_window_size")]
    public static partial int SetLocalWindowSize(nint session, byte flags, int stream, int size);

    [LibraryImport(Library, EntryPoint = "nghttp2_submit_response")]
    public static partial int SubmitResponse(nint session, int stream, Field* fields, nuint count, DataProvider* data);

    [LibraryImport(Library, EntryPoint = "nghttp2_submit_trailer")]
    public static partial int SubmitTrailer(nint session, int stream, Field* fields, nuint count);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_resume_data")]
    public static partial int ResumeData(nint session, int stream);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_consume_connection")]
    public static partial int ConsumeConnection(nint session, nuint size);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_consume_stream")]
    public static partial int ConsumeStream(nint session, int stream, nuint size);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_get_last_proc_stream_id")]
    public static partial int LastStream(nint session);

    [LibraryImport(Library, EntryPoint = "nghttp2_session_terminate_session")]
    public static partial int Terminate(nint session, uint error);

    [LibraryImport(Library, EntryPoint = "nghttp2_submit_goaway")]
    public static partial int SubmitGoaway(nint session, byte flags, int lastStream, uint error, byte* data, nuint size);
}
