// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Formats;

/// <summary>Ids as text.</summary>
internal static class HexDigits
{
    /// <summary>Fills <paramref name="id"/> from the right, zeros in front; false when there is something else, nothing or too much.</summary>
    public static bool TryRead(ReadOnlySpan<byte> digits, Span<byte> id)
    {
        id.Clear();
        if (digits.IsEmpty || digits.Length > id.Length * 2)
        {
            return false;
        }

        for (var i = 0; i < digits.Length; i++)
        {
            var digit = Value(digits[^(i + 1)]);
            if (digit < 0)
            {
                return false;
            }

            id[^((i / 2) + 1)] |= (byte)(i % 2 == 0 ? digit : digit << 4);
        }

        return true;
    }

    private static int Value(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => -1,
    };
}
