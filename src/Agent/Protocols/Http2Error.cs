// SPDX-License-Identifier: Apache-2.0
namespace Agent.Protocols;

/// <summary>Error codes of HTTP/2: RFC 9113, section 7.</summary>
internal static class Http2Error
{
    public const uint NoError = 0;
    public const uint Cancel = 8;

    /// <summary>Empty when the RFC does not know the code.</summary>
    public static ReadOnlySpan<byte> NameOf(uint code) => code switch
    {
        NoError => "NO_ERROR"u8,
        1 => "PROTOCOL_ERROR"u8,
        2 => "INTERNAL_ERROR"u8,
        3 => "FLOW_CONTROL_ERROR"u8,
        4 => "SETTINGS_TIMEOUT"u8,
        5 => "STREAM_CLOSED"u8,
        6 => "FRAME_SIZE_ERROR"u8,
        7 => "REFUSED_STREAM"u8,
        Cancel => "CANCEL"u8,
        9 => "COMPRESSION_ERROR"u8,
        10 => "CONNECT_ERROR"u8,
        11 => "ENHANCE_YOUR_CALM"u8,
        12 => "INADEQUATE_SECURITY"u8,
        13 => "HTTP_1_1_REQUIRED"u8,
        _ => default,
    };
}
