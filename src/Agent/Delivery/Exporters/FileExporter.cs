// SPDX-License-Identifier: Apache-2.0
// One request is one line: what the file exporter of the OpenTelemetry Collector writes, and its receiver reads.
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Agent.Delivery.Exporters;

/// <summary>
/// Appends to a file, which is opened for each request: it may be moved away at any time. A line that could not be written whole
/// is taken back.
/// </summary>
internal sealed class FileExporter(ReceiverOptions options) : IExporter
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly BodyBuffer _line = new();

    public Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        try
        {
            using (var json = new Utf8JsonWriter((IBufferWriter<byte>)_line, Writing))
            {
                OtlpJson.WriteRequest(request.Entries, json);
            }

            _line.Write("\n"u8);
            Append(_line.Finish());
            return Task.FromResult(new SendResult(SendOutcome.Accepted));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Task.FromResult(new SendResult(SendOutcome.TryAgain, Message: e.Message));
        }
        finally
        {
            _line.Clear();
        }
    }

    public void Dispose() => _line.Dispose();

    private void Append(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        using var file = File.OpenHandle(options.Endpoint.LocalPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var end = RandomAccess.GetLength(file);
        try
        {
            var position = end;
            if (end > 0 && !EndsLine(file, end))
            {
                RandomAccess.Write(file, "\n"u8, position++);
            }

            foreach (var part in parts)
            {
                RandomAccess.Write(file, part.Span, position);
                position += part.Length;
            }
        }
        catch (IOException)
        {
            TakeBack(file, end);
            throw;
        }
    }

    // Where it cannot be, the next line ends it.
    private static void TakeBack(SafeFileHandle file, long end)
    {
        try
        {
            RandomAccess.SetLength(file, end);
        }
        catch (IOException)
        {
            // What is said is why it could not be written.
        }
    }

    // Somebody was killed while writing.
    private static bool EndsLine(SafeFileHandle file, long end)
    {
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file, last, end - 1) == 1 && last[0] == (byte)'\n';
    }
}
