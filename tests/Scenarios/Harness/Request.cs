// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Scenarios.Harness;

/// <summary>One request byte by byte, and where its head ends.</summary>
internal sealed record Request(byte[] Bytes, int HeadSize)
{
    public int Size => Bytes.Length;

    public int BodySize => Bytes.Length - HeadSize;

    public static Request Get(string path, params string[] headers) => Raw(Head("GET", path, headers), []);

    public static Request Of(string method, string target, params string[] headers) => Raw(Head(method, target, headers), []);

    public static Request Post(string path, byte[] body, params string[] headers) =>
        Raw(Head("POST", path, [$"Content-Length: {body.Length}", .. headers]), body);

    public static Request PostChunked(string path, params byte[][] chunks)
    {
        var body = new MemoryStream();
        foreach (var chunk in chunks)
        {
            body.Write(Encoding.Latin1.GetBytes($"{chunk.Length:x}\r\n"));
            body.Write(chunk);
            body.Write("\r\n"u8);
        }

        body.Write("0\r\n\r\n"u8);
        return Raw(Head("POST", path, ["Transfer-Encoding: chunked"]), body.ToArray());
    }

    public static Request Raw(string head, byte[] body)
    {
        var bytes = Encoding.Latin1.GetBytes(head);
        return new Request([.. bytes, .. body], bytes.Length);
    }

    /// <summary>Bytes that look like nothing in particular, the same for the same seed.</summary>
    public static byte[] Body(int size, int seed = 1)
    {
        var body = new byte[size];
        new Random(seed).NextBytes(body);
        return body;
    }

    private static string Head(string method, string target, string[] headers) =>
        $"{method} {target} HTTP/1.1\r\nHost: service\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
}
