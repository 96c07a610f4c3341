// SPDX-License-Identifier: Apache-2.0
namespace Agent.Ingest.Http;

/// <summary>What of a request's head matters here, of either version of HTTP.</summary>
/// <param name="Path">Without a query.</param>
/// <param name="MediaType">In lower case, without parameters; empty when there is none.</param>
/// <param name="Encoding">Of the body, in lower case; empty when there is none.</param>
internal readonly record struct HttpQuestion(string Method, string Path, string MediaType, string Encoding)
{
    public static string MediaTypeOf(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();
}
