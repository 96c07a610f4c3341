// SPDX-License-Identifier: Apache-2.0
#:sdk Microsoft.NET.Sdk.Web
#:property PublishAot=false
// relay serve PORT ADDRESS: asks ADDRESS for every request that it gets; the path says how.

using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(options =>
    options.Listen(IPAddress.Loopback, int.Parse(args[1], CultureInfo.InvariantCulture), listen => listen.Protocols = HttpProtocols.Http1));
var app = builder.Build();
app.MapGet("/{way}", Relay);
app.Run();

async Task<string> Relay(string way, HttpContext context)
{
    var last = $"http://{args[2]}/last{context.Request.QueryString}";
    if (way == "twice")
    {
        await http.GetStringAsync(last);
    }

    if (way == "paused")
    {
        await Task.Delay(Random.Shared.Next(5));
    }

    var answers = await Task.WhenAll(Enumerable.Range(0, way == "both" ? 2 : 1).Select(_ => http.GetStringAsync(last)));
    return $"{args[1]} {context.Request.Headers["traceparent"]}|{answers[^1]}";
}
