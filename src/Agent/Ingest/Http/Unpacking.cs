// SPDX-License-Identifier: Apache-2.0
using System.IO.Compression;

namespace Agent.Ingest.Http;

/// <summary>Unpacks bodies, within the same limits as those that come unpacked: a bomb ends there.</summary>
internal static unsafe class Unpacking
{
    private const int Step = 16 * 1024;

    public static bool IsKnown(string encoding) => encoding is "" or "identity" or "gzip" or "x-gzip" or "deflate";

    /// <summary>Disposes of the body, unless it is what is returned; null: see <paramref name="failure"/>.</summary>
    public static IngestBuffer? Unpack(IngestDesk desk, string encoding, IngestBuffer body, out IngestAnswer failure)
    {
        failure = default;
        if (encoding is "" or "identity" || body.Size == 0)
        {
            return body;
        }

        IngestBuffer? unpacked = desk.NewBody();
        try
        {
            if (TryUnpack(encoding, body.Written, unpacked))
            {
                (var whole, unpacked) = (unpacked, null);
                return whole;
            }

            failure = unpacked.IsAtLimit ? IngestAnswer.TooLarge(desk.MaxBody) : IngestAnswer.Full;
        }
        catch (InvalidDataException)
        {
            failure = IngestAnswer.Invalid($"the body is not {encoding}");
        }
        finally
        {
            body.Release();
            unpacked?.Release();
        }

        return null;
    }

    private static bool TryUnpack(string encoding, ReadOnlySpan<byte> packed, IngestBuffer unpacked)
    {
        fixed (byte* bytes = packed)
        {
            using var source = new UnmanagedMemoryStream(bytes, packed.Length);
            using Stream stream = encoding is not "deflate" ? new GZipStream(source, CompressionMode.Decompress)
                : IsZlib(packed) ? new ZLibStream(source, CompressionMode.Decompress)
                : new DeflateStream(source, CompressionMode.Decompress);
            while (true)
            {
                if (!unpacked.TryReserve(Step) && (!unpacked.IsAtLimit || unpacked.Free.IsEmpty))
                {
                    // The last byte that is allowed may have been the last there is.
                    return unpacked.IsAtLimit && stream.ReadByte() < 0;
                }

                var size = stream.Read(unpacked.Free);
                if (size == 0)
                {
                    return true;
                }

                unpacked.Advance(size);
            }
        }
    }

    // Some send the bare format by that name.
    private static bool IsZlib(ReadOnlySpan<byte> packed) =>
        packed.Length >= 2 && (packed[0] & 0x0f) == 8 && ((packed[0] << 8) | packed[1]) % 31 == 0;
}
