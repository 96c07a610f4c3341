// SPDX-License-Identifier: Apache-2.0
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
// rpc serve PORT | rpc client KIND ADDRESS COUNT CONCURRENT [NEXT]
// gRPC by hand on what Kestrel and HttpClient know of HTTP/2, as the packages for .NET do it.

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

if (args[0] == "serve")
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, Numbers.Parse(args[1]), listen => listen.Protocols = HttpProtocols.Http2));
    var app = builder.Build();
    app.MapPost("/relay.Relay/{method}", new Relay(args[1]).Answer);
    app.Run();
}
else
{
    Console.ReadLine();
    await new Calls("http://" + args[2]).Run(args[1], Numbers.Parse(args[3]), Numbers.Parse(args[4]), args.ElementAtOrDefault(5) ?? "");
}

internal static class Numbers
{
    public static int Parse(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A byte 0, the length in four bytes, the message.</summary>
internal static class Messages
{
    public static readonly MediaTypeHeaderValue ContentType = new("application/grpc");

    public static async Task Write(Stream stream, string text)
    {
        var message = new byte[5 + text.Length];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), text.Length);
        Encoding.ASCII.GetBytes(text, message.AsSpan(5));
        await stream.WriteAsync(message);
        await stream.FlushAsync();
    }

    public static async IAsyncEnumerable<string> Read(Stream stream)
    {
        var head = new byte[5];
        while (await stream.ReadAtLeastAsync(head, 5, throwOnEndOfStream: false) == 5)
        {
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
            await stream.ReadExactlyAsync(message);
            yield return Encoding.ASCII.GetString(message);
        }
    }
}

internal sealed class Relay(string port)
{
    private readonly ConcurrentDictionary<string, Calls> _kept = [];

    public async Task Answer(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        var messages = Messages.Read(context.Request.Body);
        var status = "0";
        switch ((string?)context.Request.RouteValues["method"])
        {
            case "Echo" or "TwoWay":
                await foreach (var message in messages)
                {
                    await Messages.Write(context.Response.Body, message);
                }

                break;
            case "Hop":
                await Messages.Write(context.Response.Body, await Hop(context.Request.Headers, await messages.SingleAsync()));
                break;
            case "Fail":
                context.Response.Headers["grpc-status"] = await messages.SingleAsync();
                return;
            case "ClientStream":
                var sizes = await messages.Select(message => message.Length).ToArrayAsync();
                await Messages.Write(context.Response.Body, $"{Numbers.Text(sizes.Length)} {Numbers.Text(sizes.Sum())}");
                break;
            default:
                var words = (await messages.SingleAsync()).Split(' ');
                for (var i = 0; i < Numbers.Parse(words[0]); i++)
                {
                    await Messages.Write(context.Response.Body, Numbers.Text(i));
                }

                status = words.ElementAtOrDefault(1) ?? "0";
                break;
        }

        context.Response.AppendTrailer("grpc-status", status);
    }

    private async Task<string> Hop(IHeaderDictionary headers, string message)
    {
        var line = $"{port} {headers.TraceParent}";
        var hops = headers["next"].ToString().Split(',', 2);
        if (hops[0].Length == 0)
        {
            await Task.Delay(Random.Shared.Next(Numbers.Parse(message) + 1));
            return line;
        }

        var next = _kept.GetOrAdd(hops[0], address => new Calls("http://" + address));
        return $"{line}\n{await next.Ask("Hop", hops.ElementAtOrDefault(1) ?? "", message)}";
    }
}

internal sealed class Outgoing(string[] messages) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var message in messages)
        {
            await Messages.Write(stream, message);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}

internal sealed class Calls(string address)
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });

    public async Task Run(string kind, int count, int concurrent, string hops)
    {
        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = concurrent }, async (i, _) =>
        {
            var text = new string('x', i % 5 == 4 ? 40020 : 20);
            var (answer, expected) = kind switch
            {
                "unary" => (await Ask("Echo", "", text), text),
                "hop" => (Show(await Ask("Hop", hops, "5")), "shown"),
                "fail" => (await Ask("Fail", "", "5"), " 5"),
                "client" => (await Ask("ClientStream", "", "a", "bb", "ccc"), "3 6"),
                "twoway" => (await Ask("TwoWay", "", "a", "bb", "ccc"), "a,bb,ccc"),
                "server" => (await Ask("ServerStream", "", "3"), "0,1,2"),
                _ => (await Ask("ServerStream", "", "3 13"), "0,1,2 13"),
            };
            if (answer != expected)
            {
                throw new InvalidOperationException($"call {Numbers.Text(i)}: {answer}");
            }
        });
        Console.WriteLine($"ok {Numbers.Text(count)}");
    }

    /// <summary>The messages of the answer, and the status if it is not that of success.</summary>
    public async Task<string> Ask(string method, string hops, params string[] messages)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{address}/relay.Relay/{method}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Outgoing(messages),
        };
        request.Content.Headers.ContentType = Messages.ContentType;
        request.Headers.TE.ParseAdd("trailers");
        if (hops.Length > 0)
        {
            request.Headers.Add("next", hops);
        }

        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        var texts = await Messages.Read(await response.Content.ReadAsStreamAsync()).ToArrayAsync();
        var fields = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        var status = fields.GetValues("grpc-status").Single();
        return string.Join(',', texts) + (status == "0" ? "" : " " + status);
    }

    private static string Show(string answer)
    {
        Console.WriteLine("answer " + answer.Replace('\n', '|'));
        return "shown";
    }
}
