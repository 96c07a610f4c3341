// SPDX-License-Identifier: Apache-2.0
using System.Text;

namespace Agent.Tests.Native;

/// <summary>Random heads out of what matters to the parser, some of them damaged. The same seed gives the same heads.</summary>
internal sealed class HeadGenerator(int seed)
{
    private const string Damage = "\r\n \t:-0aA,;/\0\u00ff\u008a=.";

    private static readonly string[] Requests =
    [
        "GET / HTTP/1.1", "HEAD /x?y=z HTTP/1.1", "POST /upload HTTP/1.0", "CONNECT a.test:443 HTTP/1.1", "OPTIONS * HTTP/1.1",
        "DELETE http://a.test/ HTTP/1.1", "M-SEARCH * HTTP/1.1", "get / HTTP/1.1", "GET /  HTTP/1.1", "PRI * HTTP/2.0", "GET /", "GO / HTTP/1.1",
    ];

    private static readonly string[] Responses =
    [
        "HTTP/1.1 200 OK", "HTTP/1.0 404 Not Found", "HTTP/1.1 204", "HTTP/1.1 100 Continue", "HTTP/1.1 304 ", "HTTP/1.1 999 What",
        "HTTP/1.1 099 Low", "HTTP/1.1 20 Short", "HTTP/1.1 2000 Long", "HTTP/1.2 200 OK", "HTTP/1.1  200 OK",
    ];

    private static readonly string[] Names =
    [
        "Content-Length", "content-length", "Transfer-Encoding", "TRANSFER-ENCODING", "traceparent", "TraceParent", "Upgrade", "Host",
        "Cookie", "Content-Type", "Connection", "tracestate", "X-Content-Length", "Traceparent2", "Content-Length ", "Upgrade-Insecure-Requests",
        "b3", "B3", "X-B3-TraceId", "x-b3-spanid", "X-B3-Sampled", "X-B3-Flags", "X-B3-ParentSpanId", "baggage", "X-B3", "b3 ",
    ];

    private static readonly string[] B3Values =
    [
        "0", "1", "d", "x", "true", "false", "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "0000000000000000", "trye",
        "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1", "8448eb211c80319c-b7ad6b7169203331", "8448eb211c80319c-b7ad6b7169203331-d",
        "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0-05e3ac9a4f6e3b90", "8448eb211c80319c-b7ad6b7169203331-05e3ac9a4f6e3b90",
        "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-", "0af7651916cd43dd8448eb211c80319C-b7ad6b7169203331-1",
    ];

    private static readonly string[] Lengths = ["0", "5", "5", "5, 5", "007", "-1", "", "12345678901234567", "1234567890123456789", "0x5", "5 5"];

    private static readonly string[] Codings =
        ["chunked", "Chunked", "gzip, chunked", "gzip,chunked", "chunked, gzip", "identity", "xchunked", "chunked;q=1", "", "gzip, , chunked"];

    private static readonly string[] White = ["", " ", " ", " ", "\t ", "                ", "                 "];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var text = new StringBuilder();
        for (var i = _random.Next(8); i > 6; i--)
        {
            text.Append(End());
        }

        text.Append(_random.Next(2) == 0 ? One(Requests) : One(Responses)).Append(End());
        for (var i = _random.Next(8); i > 0; i--)
        {
            Field(text);
        }

        text.Append(End()).Append("body");
        if (_random.Next(2) == 0)
        {
            for (var i = _random.Next(1, 4); i > 0; i--)
            {
                Harm(text);
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private string End() => _random.Next(6) == 0 ? "\n" : "\r\n";

    private string One(string[] choices) => choices[_random.Next(choices.Length)];

    private void Field(StringBuilder text)
    {
        var name = One(Names);
        text.Append(name).Append(':').Append(One(White)).Append(Value(name.ToUpperInvariant())).Append(_random.Next(6) == 0 ? One(White) : "");
        if (_random.Next(12) == 0)
        {
            text.Append(_random.Next(2) == 0 ? ' ' : 'x', _random.Next(180, _random.Next(5) == 0 ? 9000 : 1200));
        }

        text.Append(End());
        if (_random.Next(30) == 0)
        {
            text.Append(_random.Next(2) == 0 ? ' ' : '\t').Append('x', _random.Next(10) == 0 ? 1100 : 3).Append(End());
        }
    }

    private string Value(string name) => name switch
    {
        "CONTENT-LENGTH" => One(Lengths),
        "TRANSFER-ENCODING" => One(Codings),
        "TRACEPARENT" => Context(),
        "B3" => One(B3Values),
        "X-B3-TRACEID" => One(B3Values[^11..^9]),
        "X-B3-SPANID" or "X-B3-PARENTSPANID" => One(B3Values[7..9]),
        "X-B3-SAMPLED" or "X-B3-FLAGS" => One(B3Values[..6]),
        _ => new string((char)_random.Next('a', 'z'), _random.Next(100)),
    };

    private string Context()
    {
        var text = new StringBuilder("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        switch (_random.Next(8))
        {
            case 0:
                text[_random.Next(2)] = "0f1"[_random.Next(3)];
                break;
            case 1:
                text[_random.Next(text.Length)] = (char)_random.Next(' ', '\u007f');
                break;
            case 2:
                text.Append(_random.Next(2) == 0 ? "-later" : "later");
                text[1] = "01f"[_random.Next(3)];
                break;
            case 3:
                text.Remove(3, 32).Insert(3, "00000000000000000000000000000000");
                break;
            case 4:
                text.Remove(36, 16).Insert(36, "0000000000000000");
                break;
        }

        return text.ToString();
    }

    private void Harm(StringBuilder text)
    {
        var at = _random.Next(text.Length);
        switch (_random.Next(4))
        {
            case 0:
                text[at] = Damage[_random.Next(Damage.Length)];
                break;
            case 1:
                text.Insert(at, Damage[_random.Next(Damage.Length)]);
                break;
            case 2:
                text.Remove(at, Math.Min(text.Length - at, _random.Next(1, 3)));
                break;
            default:
                text.Insert(_random.Next(text.Length), text.ToString(at, Math.Min(text.Length - at, _random.Next(1, 60))));
                break;
        }
    }
}
