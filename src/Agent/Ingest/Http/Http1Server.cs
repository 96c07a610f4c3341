// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 by hand: Kestrel would add 7 MB to a binary of 15, and HttpListener knows neither TLS nor limits for slow clients. What
// exporters need of it is small: POST, bodies of a known size or in chunks, connections that stay, Expect: 100-continue.
using System.Globalization;
using System.Net;
using System.Text;

namespace Agent.Ingest.Http;

/// <summary>Answers the requests of one connection, one after the other.</summary>
internal static class Http1Server
{
    private static readonly TimeSpan HeadTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BodyTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60); // the intake's too
    private static readonly TimeSpan WriteTime = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(IngestConnection connection, HttpDesk desk, CancellationToken stopping, CancellationToken cancel)
    {
        while (!stopping.IsCancellationRequested && await ReadHeadAsync(connection, cancel).ConfigureAwait(false) is { } head)
        {
            var (answer, isRead) = await AnswerAsync(connection, desk, head, cancel).ConfigureAwait(false);
            var isLast = !isRead || !head.IsKeptAlive || stopping.IsCancellationRequested;
            connection.Allow(WriteTime);
            await connection.Stream.WriteAsync(Encode(answer, isLast, head.Question.Method == "HEAD"), cancel).ConfigureAwait(false);
            if (isLast)
            {
                await connection.LingerAsync(cancel).ConfigureAwait(false);
                return;
            }
        }
    }

    /// <summary>Null: the client went away.</summary>
    private static async ValueTask<Http1Head?> ReadHeadAsync(IngestConnection connection, CancellationToken cancel)
    {
        if (connection.Unread.IsEmpty)
        {
            connection.BeIdle();
            if (!await connection.ReadAsync(cancel).ConfigureAwait(false))
            {
                return null;
            }
        }

        connection.Allow(HeadTime);
        while (true)
        {
            var end = connection.Unread.Span.IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var head = Http1Head.Parse(connection.Unread.Span[..end]);
                connection.Use(end + 4);
                return head;
            }

            if (!connection.HasRoom)
            {
                return Http1Head.TooLong;
            }

            if (!await connection.ReadAsync(cancel).ConfigureAwait(false))
            {
                return null;
            }
        }
    }

    /// <summary>And whether all of the request was read.</summary>
    private static async ValueTask<(HttpAnswer Answer, bool IsRead)> AnswerAsync(
        IngestConnection connection, HttpDesk desk, Http1Head head, CancellationToken cancel)
    {
        if (head.Fault is var (status, message))
        {
            return (new HttpAnswer(status, "text/plain; charset=utf-8", Encoding.UTF8.GetBytes(message + "\n")), false);
        }

        var refusal = desk.Refuse(head.Question, out var route);
        if (refusal is not null)
        {
            return (refusal, head.Size == 0);
        }

        if (head.Size > desk.Desk.MaxBody)
        {
            return (desk.Refuse(head.Question, route, IngestAnswer.TooLarge(desk.Desk.MaxBody)), false);
        }

        connection.Allow(BodyTime);
        if (head.Expects100 && connection.Unread.IsEmpty)
        {
            await connection.Stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancel).ConfigureAwait(false);
        }

        IngestBuffer? body = desk.Desk.NewBody();
        try
        {
            if (await Http1Body.ReadAsync(connection, head.Size, body, desk.Desk.MaxBody, cancel).ConfigureAwait(false) is { } failure)
            {
                return (desk.Refuse(head.Question, route, failure), false);
            }

            connection.Allow(AnswerTime);
            var whole = body;
            body = null;
            return (await desk.AnswerAsync(head.Question, route, whole, cancel).ConfigureAwait(false), true);
        }
        finally
        {
            body?.Release();
        }
    }

    private static byte[] Encode(HttpAnswer answer, bool isLast, bool isHeadOnly)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer.Status} {Reason(answer.Status)}\r\nDate: {DateTime.UtcNow:R}\r\n");
        foreach (var (name, value) in answer.Fields())
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"content-length: {answer.Body.Length}\r\n{(isLast ? "connection: close\r\n" : "")}\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. isHeadOnly ? [] : answer.Body.Span];
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        202 => "Accepted",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => ((HttpStatusCode)status).ToString(),
    };
}
