// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Agent.Ingest.Http;

/// <summary>The head of a request of HTTP/1. Anything that two readers might read differently is refused.</summary>
internal sealed class Http1Head
{
    public static Http1Head TooLong { get; } = new() { Fault = (431, "the head of the request is too long") };

    public HttpQuestion Question { get; private set; } = new("", "", "", "");

    /// <summary>-1: in chunks.</summary>
    public long Size { get; private set; }

    public bool IsKeptAlive { get; private set; }

    public bool Expects100 { get; private set; }

    /// <summary>Status and text, when the request cannot be read.</summary>
    public (int Status, string Message)? Fault { get; private set; }

    /// <param name="text">Up to the blank line, without it.</param>
    public static Http1Head Parse(ReadOnlySpan<byte> text)
    {
        var head = new Http1Head();
        head.Fault = head.Read(Encoding.Latin1.GetString(text).Split("\r\n"));
        return head;
    }

    private (int, string)? Read(string[] lines)
    {
        if (lines[0].Split(' ') is not [var method, var target, var version] || method.Length == 0 || target.Length == 0)
        {
            return (400, "the request line is not one of HTTP");
        }

        if (version is not ("HTTP/1.1" or "HTTP/1.0"))
        {
            return (505, "use HTTP/1.1");
        }

        long? size = null;
        var (isChunked, mediaType, encoding) = (false, "", "");
        IsKeptAlive = version == "HTTP/1.1";
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line.AsSpan(0, colon).ContainsAny(" \t\0") || line.AsSpan().ContainsAny("\r\n\0"))
            {
                return (400, "a header field cannot be read");
            }

            var value = line[(colon + 1)..].Trim(' ', '\t');
            switch (line[..colon].ToLowerInvariant())
            {
                case "content-length":
                    if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || (size ?? length) != length)
                    {
                        return (400, "content-length is not a number");
                    }

                    size = length;
                    break;
                case "transfer-encoding":
                    if (isChunked || !value.Equals("chunked", StringComparison.OrdinalIgnoreCase) || version == "HTTP/1.0")
                    {
                        return (501, "transfer-encoding is not chunked");
                    }

                    isChunked = true;
                    break;
                case "content-type":
                    mediaType = HttpQuestion.MediaTypeOf(value);
                    break;
                case "content-encoding":
                    encoding = value.ToLowerInvariant();
                    break;
                case "connection":
                    IsKeptAlive = (IsKeptAlive || Has(value, "keep-alive")) && !Has(value, "close");
                    break;
                case "expect":
                    Expects100 = value.Equals("100-continue", StringComparison.OrdinalIgnoreCase);
                    break;
                default:
                    break;
            }
        }

        Size = isChunked ? -1 : size ?? 0;
        Question = new(method, PathOf(target), mediaType, encoding);
        return isChunked && size is not null ? (400, "content-length beside transfer-encoding") : null;
    }

    private static bool Has(string list, string word) =>
        list.Split(',').Any(one => one.Trim().Equals(word, StringComparison.OrdinalIgnoreCase));

    private static string PathOf(string target)
    {
        var path = target.Split('?')[0];
        return path.StartsWith('/') || !Uri.TryCreate(path, UriKind.Absolute, out var uri) ? path : uri.AbsolutePath;
    }
}
