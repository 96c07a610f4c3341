// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Tls;

/// <summary>Row T01: services that are asked by HTTPS and ask others by HTTPS for it, each on the TLS of its runtime.</summary>
public sealed class T01RelaysTests : Scenario
{
    private const int Count = 40;
    private const int Port = 8443;
    private const int BackendPort = 9443;

    [Theory]
    [InlineData("python")] // one blocking thread for each connection
    [InlineData("asyncio")] // memory BIO
    [InlineData("node")] // OpenSSL in the program, own BIO
    [InlineData("dotnet")] // SslStream: memory BIO, any thread
    [InlineData("ruby")]
    [InlineData("nginx")]
    [InlineData("nginx-openssl-1.1")]
    [InlineData("boringssl")]
    [InlineData("go")] // crypto/tls
    public void What_a_service_asks_is_part_of_what_it_was_asked(string kind)
    {
        using var agent = Relay(kind);

        for (var number = 0; number < Count; number++)
        {
            var asked = Assert.Single(agent.Spans, span => span.Service == "relay" && span.IsServer && IsOf(span, number));
            var asks = Assert.Single(agent.Spans, span => span.Service == "relay" && span.IsClient && IsOf(span, number));
            var answers = Assert.Single(agent.Spans, span => span.Service == "backend" && IsOf(span, number));
            SecureSpans.Check(asked, "relay", "GET", "/hop", Port);
            var path = kind.StartsWith("nginx", StringComparison.Ordinal) ? "/hop" : "/headers";
            SecureSpans.Check(asks, "relay", "GET", path, BackendPort);
            SecureSpans.Check(answers, "backend", "GET", path, BackendPort);
            Assert.True(asked.IsRoot);
            Assert.Equal((asked.TraceId, asked.SpanId), (asks.TraceId, asks.ParentId));
            Assert.Equal((asks.TraceId, asks.SpanId), (answers.TraceId, answers.ParentId));
        }
        Assert.Equal(3 * Count, agent.Spans.Count);
    }

    /// <summary>Which connection a request belongs to does not depend on who else is being served.</summary>
    [Theory]
    [InlineData("python")]
    [InlineData("asyncio")]
    [InlineData("node")]
    [InlineData("dotnet")]
    [InlineData("go")]
    public void Many_connections_at_once_are_kept_apart(string kind)
    {
        using var agent = Relay(kind, "--parallel", "--parallel-max", "16");

        for (var number = 0; number < Count; number++)
        {
            Assert.Single(agent.Spans, span => span.Service == "relay" && span.IsServer && IsOf(span, number));
            var asks = Assert.Single(agent.Spans, span => span.Service == "relay" && span.IsClient && IsOf(span, number));
            var answers = Assert.Single(agent.Spans, span => span.Service == "backend" && IsOf(span, number));
            Assert.Equal((asks.TraceId, asks.SpanId), (answers.TraceId, answers.ParentId));
        }
        Assert.Equal(3 * Count, agent.Spans.Count);
    }

    private static bool IsOf(Span span, int number) =>
        (span.Attributes.GetValueOrDefault("url.query") ?? span.Attributes["url.full"]).EndsWith($"id={number}", StringComparison.Ordinal);

    // The agent, when curl has asked a service everything, and the service a backend.
    private Agent Relay(string kind, params string[] options)
    {
        var certificate = new Certificate(Sandbox);
        var backend = $"https://127.0.0.1:{BackendPort}";
        Directory.CreateDirectory(Sandbox.PathOf("relay"));
        var agent = new Agent(Sandbox);
        Sandbox.Serve(SecurePrograms.Server(BackendPort, Sandbox.Folder, certificate).Named("backend"), BackendPort);
        agent.AwaitTls("/usr/sbin/nginx", 2);
        Sandbox.Serve(SecurePrograms.Relay(kind, Port, backend, Sandbox.PathOf("relay"), certificate).Named("relay"), Port);
        Thread.Sleep(1000); // how soon after its start a process is probed is not what is tested

        var urls = Enumerable.Range(0, Count).Select(number =>
            $"url = \"https://127.0.0.1:{Port}/hop?next={Uri.EscapeDataString($"{backend}/headers?id={number}")}&id={number}\"\noutput = /dev/null\n");
        Sandbox.StartOutside(new ProgramStart(["curl", "-sS", "--fail", .. options, "--cacert", certificate.Authority, "--config", "-"])
        {
            Input = string.Concat(urls),
        }).Finish();
        agent.Finish();
        return agent;
    }
}
