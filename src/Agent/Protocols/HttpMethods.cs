// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Protocols;

/// <summary>
/// Methods that may stand in http.request.method: those of RFC 9110, PATCH and QUERY, or exactly the list in
/// OTEL_INSTRUMENTATION_HTTP_KNOWN_METHODS. Anything else is <c>_OTHER</c>, so that noise on a port cannot make
/// span names.
/// </summary>
internal sealed class HttpMethods
{
    private readonly byte[][]? _known;

    /// <param name="list">Comma-separated, as in the environment variable; empty or null: the standard methods.</param>
    public HttpMethods(string? list = null)
    {
        if (!string.IsNullOrWhiteSpace(list))
        {
            var names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            _known = Array.ConvertAll(names, Encoding.UTF8.GetBytes);
        }
    }

    public bool IsKnown(ReadOnlySpan<byte> method)
    {
        if (_known is null)
        {
            return IsStandard(method);
        }

        foreach (var known in _known)
        {
            if (method.SequenceEqual(known))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsStandard(ReadOnlySpan<byte> method) => method.Length switch
    {
        3 => method.SequenceEqual("GET"u8) || method.SequenceEqual("PUT"u8),
        4 => method.SequenceEqual("POST"u8) || method.SequenceEqual("HEAD"u8),
        5 => method.SequenceEqual("PATCH"u8) || method.SequenceEqual("TRACE"u8) || method.SequenceEqual("QUERY"u8),
        6 => method.SequenceEqual("DELETE"u8),
        7 => method.SequenceEqual("OPTIONS"u8) || method.SequenceEqual("CONNECT"u8),
        _ => false,
    };
}
