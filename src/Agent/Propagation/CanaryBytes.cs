// SPDX-License-Identifier: Apache-2.0
namespace Agent.Propagation;

/// <summary>
/// The bytes that the canary sends: each depends on its place, so that none can be missing, doubled or moved unseen. All are
/// ASCII, so none is the mark that its message program looks for.
/// </summary>
internal static class CanaryBytes
{
    internal static void Fill(Span<byte> bytes, int position)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = At(position + i);
        }
    }

    internal static bool AreRight(ReadOnlySpan<byte> bytes, int position)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            if (bytes[i] != At(position + i))
            {
                return false;
            }
        }
        return true;
    }

    // Multiplicative hashing: neighbours differ, and no short period.
    private static byte At(int position) => (byte)((uint)position * 2654435761 >> 25 & 0x7f);
}
