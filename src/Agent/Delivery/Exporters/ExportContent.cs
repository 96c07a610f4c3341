// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Http.Headers;

namespace Agent.Delivery.Exporters;

/// <summary>The body of one export request: nothing is copied or wrapped.</summary>
internal sealed class ExportContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _prefix;
    private readonly IReadOnlyList<ReadOnlyMemory<byte>> _parts;
    private readonly long _size;
    private Task _writing = Task.CompletedTask;

    /// <param name="prefix">Goes before the parts.</param>
    /// <param name="size">Of prefix and parts.</param>
    public ExportContent(string type, ReadOnlyMemory<byte> prefix, IReadOnlyList<ReadOnlyMemory<byte>> parts, long size)
    {
        _prefix = prefix;
        _parts = parts;
        _size = size;
        Headers.ContentType = new MediaTypeHeaderValue(type);
    }

    /// <summary>
    /// Waits until nothing reads the parts any more, which may be later than the answer: only then does their memory belong to
    /// its owner again. The request must be cancelled or over.
    /// </summary>
    public Task ReleaseAsync() => _writing.ContinueWith(_ => { }, TaskScheduler.Default);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _writing = WriteAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = _size;
        return true;
    }

    private async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        if (!_prefix.IsEmpty)
        {
            await stream.WriteAsync(_prefix, cancel).ConfigureAwait(false);
        }

        foreach (var part in _parts)
        {
            await stream.WriteAsync(part, cancel).ConfigureAwait(false);
        }
    }
}
