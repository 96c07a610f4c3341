// SPDX-License-Identifier: Apache-2.0
using System.Net;
using System.Net.Http.Headers;

namespace Agent.Delivery.Exporters;

/// <summary>The body of one export request: nothing is copied or wrapped.</summary>
internal sealed class ExportContent : HttpContent
{
    private readonly ExportRequest _request;

    public ExportContent(ExportRequest request)
    {
        _request = request;
        Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        foreach (var entry in _request.Entries)
        {
            await stream.WriteAsync(entry, cancellationToken).ConfigureAwait(false);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _request.Bytes;
        return true;
    }
}
