// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>Posts bodies to one receiver, compressed where that is wanted.</summary>
/// <param name="options">Of the receiver.</param>
/// <param name="path">Where a receiver behind a Unix socket listens.</param>
/// <param name="mediaType">Of the bodies.</param>
internal sealed class HttpPoster(ReceiverOptions options, string path, string mediaType) : IDisposable
{
    private readonly ReceiverClient _client = new(options);
    private readonly Uri _target = options.IsSocket ? new Uri("http://localhost" + path) : options.Endpoint;
    private readonly BodyBuffer _packed = new();

    /// <summary>When it returns, nothing reads the parts any more.</summary>
    public async Task<SendResult> PostAsync(IReadOnlyList<ReadOnlyMemory<byte>> parts, long size, JudgeAnswer judge, CancellationToken cancel)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, _target) { Content = CreateContent(parts, size) };
        try
        {
            return await _client.SendAsync(message, judge, cancel).ConfigureAwait(false);
        }
        finally
        {
            _packed.Clear();
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        _packed.Dispose();
    }

    private ExportContent CreateContent(IReadOnlyList<ReadOnlyMemory<byte>> parts, long size)
    {
        if (!options.Compresses)
        {
            return new ExportContent(mediaType, default, parts, size);
        }

        _packed.Compress(parts);
        var content = new ExportContent(mediaType, default, _packed.Finish(), _packed.Length);
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }
}
