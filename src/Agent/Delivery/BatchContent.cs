// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Http.Headers;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>
/// The body of one export request: batches back to back. Each is a whole <c>resource_spans</c> entry, and repeated
/// fields of protobuf messages concatenate, so nothing is copied or wrapped.
/// </summary>
internal sealed class BatchContent : HttpContent
{
    private readonly IReadOnlyList<SpanBatch> _batches;
    private readonly long _size;

    public BatchContent(IReadOnlyList<SpanBatch> batches)
    {
        _batches = batches;
        foreach (var batch in batches)
        {
            _size += batch.Encoded.Length;
        }

        Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var batch in _batches)
        {
            await stream.WriteAsync(batch.Encoded, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _size;
        return true;
    }
}
