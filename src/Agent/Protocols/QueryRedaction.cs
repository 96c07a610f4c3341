// SPDX-License-Identifier: Apache-2.0
using Agent.Tracing;

namespace Agent.Protocols;

/// <summary>
/// Replaces the values of query parameters that are credentials by <c>REDACTED</c>. The semantic conventions name
/// AWSAccessKeyId, Signature, sig and X-Goog-Signature, compared with case; the parameters of AWS signature
/// version 4 carry the same secrets under newer names.
/// </summary>
internal static class QueryRedaction
{
    public static void Append(ReadOnlySpan<byte> query, ref Utf8Builder text)
    {
        while (true)
        {
            var end = query.IndexOf((byte)'&');
            var pair = end < 0 ? query : query[..end];
            var equals = pair.IndexOf((byte)'=');
            if (equals > 0 && equals + 1 < pair.Length && IsSecret(pair[..equals]))
            {
                text.Append(pair[..(equals + 1)]);
                text.Append("REDACTED"u8);
            }
            else
            {
                text.Append(pair);
            }

            if (end < 0)
            {
                return;
            }

            text.Append("&"u8);
            query = query[(end + 1)..];
        }
    }

    private static bool IsSecret(ReadOnlySpan<byte> key) => key.Length switch
    {
        3 => key.SequenceEqual("sig"u8),
        9 => key.SequenceEqual("Signature"u8),
        14 => key.SequenceEqual("AWSAccessKeyId"u8),
        15 => key.SequenceEqual("X-Amz-Signature"u8),
        16 => key.SequenceEqual("X-Goog-Signature"u8) || key.SequenceEqual("X-Amz-Credential"u8),
        20 => key.SequenceEqual("X-Amz-Security-Token"u8),
        _ => false,
    };
}
