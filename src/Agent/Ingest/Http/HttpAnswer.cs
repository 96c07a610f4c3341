// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Agent.Ingest.Http;

/// <summary>The answer to a request of either version of HTTP.</summary>
/// <param name="RetryAfter">In seconds; null: nothing is said.</param>
/// <param name="Allow">Methods, when it was another.</param>
/// <param name="AcceptEncoding">Encodings, when it was another.</param>
internal sealed record HttpAnswer(
    int Status, string? MediaType = null, ReadOnlyMemory<byte> Body = default, int? RetryAfter = null, string? Allow = null, string? AcceptEncoding = null)
{
    public IEnumerable<(string Name, string Value)> Fields()
    {
        if (MediaType is not null)
        {
            yield return ("content-type", MediaType);
        }

        if (RetryAfter is { } seconds)
        {
            yield return ("retry-after", seconds.ToString(CultureInfo.InvariantCulture));
        }

        if (Allow is not null)
        {
            yield return ("allow", Allow);
        }

        if (AcceptEncoding is not null)
        {
            yield return ("accept-encoding", AcceptEncoding);
        }
    }
}
