// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Tls;

/// <summary>Row T01: what clients with a TLS library ask, and nginx answers, is told as if it were not encrypted.</summary>
public sealed class T01ClientsTests : Scenario
{
    private const int Count = 5;
    private const int Port = 8443;
    private const string Address = "https://127.0.0.1:8443";

    // Java brings its own TLS.
    [Theory]
    [InlineData("curl", 0)]
    [InlineData("curl", 3000)]
    [InlineData("curl-openssl-1.1", 3000)]
    [InlineData("wget", 0)] // GnuTLS, as Debian builds it
    [InlineData("python-http.client", 3000)]
    [InlineData("python-urllib", 0)]
    [InlineData("node-http", 0)]
    [InlineData("node-fetch", 3000)]
    [InlineData("php-streams", 3000)]
    [InlineData("php-curl", 0)]
    [InlineData("dotnet-httpclient", 3000)]
    [InlineData("go-http", 0)] // crypto/tls
    [InlineData("go-http", 3000)]
    public void Both_ends_tell_each_request(string kind, int size)
    {
        var certificate = new Certificate(Sandbox);
        using var agent = new Agent(Sandbox);
        Sandbox.Serve(SecurePrograms.Server(Port, Sandbox.Folder, certificate).Named("server"), Port);
        agent.AwaitTls("/usr/sbin/nginx", 2);
        var client = Sandbox.Start(SecurePrograms.Client(kind, Address, Count, size, Sandbox.Folder, certificate).Named("client"));
        client.Finish();
        agent.Finish();

        Assert.Equal(2 * Count, agent.Spans.Count);
        for (var number = 0; number < Count; number++)
        {
            var spans = agent.Spans.Where(span => span.Id == $"{kind}-{number}").ToArray();
            var asked = Assert.Single(spans, span => span.IsClient);
            var answered = Assert.Single(spans, span => span.IsServer);
            SecureSpans.Check(asked, "client", size > 0 ? "POST" : "GET", size > 0 ? "/echo" : "/headers", Port);
            SecureSpans.Check(answered, "server", size > 0 ? "POST" : "GET", size > 0 ? "/echo" : "/headers", Port);
            Assert.True(asked.IsRoot);
            Assert.Equal((asked.TraceId, asked.SpanId), (answered.TraceId, answered.ParentId));
        }
    }
}
