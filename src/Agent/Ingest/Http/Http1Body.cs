// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Text;

namespace Agent.Ingest.Http;

/// <summary>Reads the body of a request of HTTP/1, of a known size or in chunks.</summary>
internal static class Http1Body
{
    private const int LongestLine = 4096;

    /// <summary>Null when it is whole.</summary>
    public static async ValueTask<IngestAnswer?> ReadAsync(IngestConnection connection, long size, IngestBuffer body, int limit, CancellationToken cancel) =>
        size >= 0
            ? await ReadSizedAsync(connection, size, body, limit, cancel).ConfigureAwait(false)
            : await ReadChunksAsync(connection, body, limit, cancel).ConfigureAwait(false);

    private static async ValueTask<IngestAnswer?> ReadSizedAsync(
        IngestConnection connection, long size, IngestBuffer body, int limit, CancellationToken cancel)
    {
        if (size > limit - body.Size)
        {
            return IngestAnswer.TooLarge(limit);
        }

        while (size > 0)
        {
            if (connection.Unread.IsEmpty && !await connection.ReadAsync(cancel).ConfigureAwait(false))
            {
                throw new EndOfStreamException();
            }

            var part = connection.Unread[..(int)Math.Min(size, connection.Unread.Length)];
            if (!body.TryAppend(part.Span))
            {
                return IngestAnswer.Full;
            }

            size -= part.Length;
            connection.Use(part.Length);
        }

        return null;
    }

    private static async ValueTask<IngestAnswer?> ReadChunksAsync(
        IngestConnection connection, IngestBuffer body, int limit, CancellationToken cancel)
    {
        while (true)
        {
            var line = await ReadLineAsync(connection, cancel).ConfigureAwait(false);
            var isSize = Utf8Parser.TryParse(line, out long size, out var digits, 'x') && size >= 0;
            if (!isSize || (digits < line.Length && line[digits] is not ((byte)';' or (byte)' ' or (byte)'\t')))
            {
                return IngestAnswer.Invalid("the size of a chunk cannot be read");
            }

            if (size == 0)
            {
                break;
            }

            if (await ReadSizedAsync(connection, size, body, limit, cancel).ConfigureAwait(false) is { } failure)
            {
                return failure;
            }

            if ((await ReadLineAsync(connection, cancel).ConfigureAwait(false)).Length > 0)
            {
                return IngestAnswer.Invalid("a chunk is longer than it says");
            }
        }

        while ((await ReadLineAsync(connection, cancel).ConfigureAwait(false)).Length > 0)
        {
            // Trailers say nothing that matters here.
        }

        return null;
    }

    private static async ValueTask<byte[]> ReadLineAsync(IngestConnection connection, CancellationToken cancel)
    {
        while (true)
        {
            var end = connection.Unread.Span.IndexOf("\r\n"u8);
            if (end >= 0)
            {
                var line = connection.Unread[..end].ToArray();
                connection.Use(end + 2);
                return line;
            }

            if (connection.Unread.Length > LongestLine || !await connection.ReadAsync(cancel).ConfigureAwait(false))
            {
                throw new EndOfStreamException();
            }
        }
    }
}
