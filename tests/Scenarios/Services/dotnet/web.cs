// SPDX-License-Identifier: Apache-2.0
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
// web serve PORT | web client httpclient BASE COUNT SIZE PREFIX

using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64, UseProxy = false });
if (args[0] == "serve")
{
    Serve(int.Parse(args[1], CultureInfo.InvariantCulture));
}
else
{
    await RunClient(args[2], Number(args[3]), Number(args[4]), args[5]);
}

void Serve(int port)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseKestrelHttpsConfiguration();
    builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, port, listen =>
    {
        listen.Protocols = HttpProtocols.Http1;
        if (Environment.GetEnvironmentVariable("WEB_CERTIFICATE") is { } pem)
        {
            listen.UseHttps(X509Certificate2.CreateFromPemFile(pem, pem));
        }
    }));
    var app = builder.Build();
    app.MapMethods("/{path}", ["GET", "POST"], Answer);
    app.Run();
}

async Task Answer(HttpContext context)
{
    var body = await ReadAll(context.Request.Body);
    byte[] text = context.Request.Path.Value switch
    {
        "/hop" => await Send(context.Request.Method, context.Request.Query["next"]!, body),
        "/headers" => Encoding.UTF8.GetBytes(HeaderLines(context.Request.Headers)),
        _ => Encoding.UTF8.GetBytes(Digest(body)),
    };
    context.Response.ContentLength = text.Length;
    await context.Response.Body.WriteAsync(text);
}

async Task RunClient(string address, int count, int size, string prefix)
{
    Console.ReadLine();
    for (var i = 0; i < count; i++)
    {
        var body = new byte[size];
        for (var j = 0; j < size; j++)
        {
            body[j] = (byte)('a' + ((i + j) % 26));
        }

        var path = size > 0 ? "echo" : "headers";
        var url = string.Create(CultureInfo.InvariantCulture, $"{address}/{path}?id={prefix}-{i}");
        var answer = Encoding.UTF8.GetString(await Send(size > 0 ? "POST" : "GET", url, body));
        if (size > 0 && answer != "ok" && answer != Digest(body))
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"request {i}: {answer}"));
        }
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"ok {count}"));
}

async Task<byte[]> Send(string method, string url, byte[] body)
{
    using var request = new HttpRequestMessage(new HttpMethod(method), url);
    request.Content = body.Length > 0 ? new ByteArrayContent(body) : null;
    using var answer = await http.SendAsync(request);
    return await answer.Content.ReadAsByteArrayAsync();
}

static string HeaderLines(IHeaderDictionary headers)
{
    var text = new StringBuilder();
    foreach (var (name, values) in headers)
    {
        foreach (var value in values)
        {
            text.Append(name).Append(": ").Append(value).Append('\n');
        }
    }

    return text.ToString();
}

static string Digest(byte[] body) =>
    string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(SHA256.HashData(body))} {body.Length}");

static async Task<byte[]> ReadAll(Stream stream)
{
    using var body = new MemoryStream();
    await stream.CopyToAsync(body);
    return body.ToArray();
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
