// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>Text with <c>%20</c> for a byte, as grpc-message has it.</summary>
internal static class PercentEncoding
{
    private const int EscapeSize = 3;

    /// <summary>A percent sign that two hexadecimal digits do not follow stays what it is. The result may be any bytes.</summary>
    public static void Decode(scoped ReadOnlySpan<byte> text, scoped ref Utf8Builder decoded)
    {
        Span<byte> octet = stackalloc byte[1];
        for (var percent = text.IndexOf((byte)'%'); percent >= 0; percent = text.IndexOf((byte)'%'))
        {
            decoded.Append(text[..percent]);
            text = text[percent..];
            if (text.Length >= EscapeSize && Utf8Parser.TryParse(text[1..EscapeSize], out octet[0], out var digits, 'x') && digits == 2)
            {
                decoded.Append(octet);
                text = text[EscapeSize..];
            }
            else
            {
                decoded.Append(text[..1]);
                text = text[1..];
            }
        }

        decoded.Append(text);
    }
}
