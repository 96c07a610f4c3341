// SPDX-License-Identifier: Apache-2.0
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
// web2 serve PORT | web2 client BASE COUNT CONCURRENT PREFIX

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
if (args[0] == "serve")
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, Number(args[1]), listen => listen.Protocols = HttpProtocols.Http2));
    var app = builder.Build();
    app.MapMethods("/{path}", ["GET", "POST"], Answer);
    app.Run();
}
else
{
    Console.ReadLine();
    var options = new ParallelOptions { MaxDegreeOfParallelism = Number(args[3]) };
    await Parallel.ForEachAsync(Enumerable.Range(0, Number(args[2])), options, (i, _) => Ask(args[1], $"{args[4]}-{Text(i)}", i));
    Console.WriteLine($"ok {args[2]}");
}

async Task Answer(HttpContext context)
{
    var body = await ReadAll(context.Request.Body);
    byte[] text = context.Request.Path.Value switch
    {
        "/hop" => await Send(context.Request.Method, context.Request.Query["next"]!, body),
        "/headers" => Encoding.UTF8.GetBytes(string.Concat(
            from header in context.Request.Headers
            from value in header.Value
            select $"{header.Key.ToLowerInvariant()}: {value}\n")),
        _ => Encoding.UTF8.GetBytes(Digest(body)),
    };
    await context.Response.Body.WriteAsync(text);
}

async ValueTask Ask(string address, string id, int i)
{
    if (i % 2 == 0)
    {
        var text = Encoding.UTF8.GetString(await Send("GET", $"{address}/headers?id={id}", []));
        Console.WriteLine($"answer {id} {text.Replace('\n', '|')}");
        return;
    }

    var body = new byte[100 * i];
    Array.Fill(body, (byte)('a' + (i % 26)));
    var answer = Encoding.UTF8.GetString(await Send("POST", $"{address}/echo?id={id}", body));
    if (answer != "ok" && answer != Digest(body))
    {
        throw new InvalidOperationException($"request {Text(i)}: {answer}");
    }
}

async Task<byte[]> Send(string method, string url, byte[] body)
{
    using var request = new HttpRequestMessage(new HttpMethod(method), url)
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Content = body.Length > 0 ? new ByteArrayContent(body) : null,
    };
    using var answer = await http.SendAsync(request);
    return await answer.Content.ReadAsByteArrayAsync();
}

static string Digest(byte[] body) => $"{Convert.ToHexStringLower(SHA256.HashData(body))} {Text(body.Length)}";

static async Task<byte[]> ReadAll(Stream stream)
{
    using var body = new MemoryStream();
    await stream.CopyToAsync(body);
    return body.ToArray();
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
