// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Scenarios.Harness;
using Scenarios.Tls;

namespace Scenarios.Runtimes;

/// <summary>
/// The Go lines of rows T01 and T04 inside TLS: what crypto/tls encrypts is told as if it were not, each request once, by both ends; and with many under
/// way at once each names the one that it is sent for. What belongs together is known from a number in each request.
/// </summary>
public sealed partial class GoTlsTests : Scenario
{
    private const int RelayPort = 8001;
    private const int LastPort = 8002;
    private const int Count = 3000;
    private const int Few = 20;
    private const int Concurrent = 1000;

    [Theory]
    [InlineData("http1", "goroutine")]
    [InlineData("http1", "pool")]
    [InlineData("http2", "context")]
    [InlineData("http2", "spawn")]
    [InlineData("bundled", "pool")]
    public void Every_request_names_the_one_that_it_is_sent_for(string protocol, string way) =>
        Relay(protocol, way, Build.Go("relay"));

    /// <summary>Neither symbols nor debug information.</summary>
    [Theory]
    [InlineData("http1", "pool")]
    [InlineData("http2", "spawn")]
    public void Stripped_programs_are_followed(string protocol, string way) =>
        Relay(protocol, way, Build.GoStripped("relay"));

    [Theory]
    [InlineData("1.24", "http1", "spawn")]
    [InlineData("1.24", "http2", "pool")]
    [InlineData("1.27", "http1", "pool")]
    [InlineData("1.27", "http2", "spawn")]
    [InlineData("1.27", "bundled", "context")]
    [InlineData("1.27", "bundled", "spawn")]
    public void Programs_of_a_newer_toolchain_are_followed(string toolchain, string protocol, string way) =>
        Relay(protocol, way, Build.GoOf(toolchain, "relay"));

    [Theory]
    [InlineData("go")]
    [InlineData("go 1.27")]
    public void Calls_of_grpc_name_the_one_that_they_are_made_for(string kind)
    {
        var certificate = new Certificate(Sandbox);
        using var agent = new Agent(Sandbox);
        Sandbox.Serve(certificate.For(Rpc.Server("go", LastPort)).Named("last"), LastPort);
        agent.AwaitTls(Build.Go("rpc"));
        var relay = Rpc.Server(kind, RelayPort);
        Sandbox.Serve(certificate.For(relay).Named("relay"), RelayPort);
        agent.AwaitTls(relay.Command[0], kind == "go" ? 2 : 1);

        var client = Rpc.Client("go", "numbered", RelayPort, Count, Concurrent, LastPort);
        Sandbox.Start(certificate.For(client).Named("client")).Finish(90);
        Check(agent, Count);
    }

    /// <summary>curl speaks TLS by OpenSSL, and HTTP/2 unless it is told not to; the service is net/http as it comes.</summary>
    [Theory]
    [InlineData("--http1.1", "1.1")]
    [InlineData("--http2", "2")]
    public void What_others_ask_is_answered(string option, string version)
    {
        var certificate = new Certificate(Sandbox);
        using var agent = new Agent(Sandbox);
        Sandbox.Serve(certificate.For(Programs.Server("go", RelayPort, Sandbox.Folder)).Named("relay"), RelayPort);
        agent.AwaitTls(Build.Go());
        var urls = Enumerable.Range(0, Few).Select(number => $"url = \"https://127.0.0.1:{RelayPort}/headers?id={number}\"\noutput = /dev/null\n");

        Sandbox.Start(certificate.For(new ProgramStart("curl", "-sS", "--fail", option, "--config", "-")).Named("curl") with
        {
            Input = string.Concat(urls),
            InputAfterMilliseconds = 1000,
        }).Finish();
        agent.Finish();

        Assert.Equal(2 * Few, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal(version, span.Attributes["network.protocol.version"]));
        for (var number = 0; number < Few; number++)
        {
            var asked = Assert.Single(agent.Spans, span => span.IsClient && NumberOf(span) == number);
            var answered = Assert.Single(agent.Spans, span => span.IsServer && NumberOf(span) == number);
            SecureSpans.Check(answered, "relay", "GET", "/headers", RelayPort);
            Assert.Equal((asked.TraceId, asked.SpanId), (answered.TraceId, answered.ParentId));
        }
    }

    private void Relay(string protocol, string way, string relay)
    {
        var certificate = new Certificate(Sandbox);
        using var agent = new Agent(Sandbox);
        Sandbox.Serve(certificate.For(new ProgramStart(Build.Go("relay"), "serve", protocol, Text(LastPort))).Named("last"), LastPort);
        agent.AwaitTls(Build.Go("relay"));
        Sandbox.Serve(certificate.For(new ProgramStart(relay, "serve", protocol, Text(RelayPort), $"127.0.0.1:{LastPort}")).Named("relay"), RelayPort);
        agent.AwaitTls(relay, relay == Build.Go("relay") ? 2 : 1);

        string[] client = [Build.Go("relay"), "client", protocol, $"127.0.0.1:{RelayPort}", way, Text(Count), Text(Concurrent)];
        Sandbox.Start(certificate.For(new ProgramStart(client) { Input = "\n", InputAfterMilliseconds = 1500 }).Named("client")).Finish(90);
        Check(agent, Count);
    }

    private static void Check(Agent agent, int count)
    {
        agent.Finish();
        Assert.Equal(4 * count, agent.Spans.Count);
        var asked = Of(agent, "client", span => span.IsClient);
        var served = Of(agent, "relay", span => span.IsServer);
        var sent = Of(agent, "relay", span => span.IsClient);
        var answered = Of(agent, "last", span => span.IsServer);
        var right = 0;
        for (var number = 0; number < count; number++)
        {
            Assert.Equal((asked[number].TraceId, asked[number].SpanId), (served[number].TraceId, served[number].ParentId));
            Assert.Equal((sent[number].TraceId, sent[number].SpanId), (answered[number].TraceId, answered[number].ParentId));
            right += (served[number].TraceId, served[number].SpanId) == (sent[number].TraceId, sent[number].ParentId) ? 1 : 0;
            Assert.True(sent[number].IsRoot || sent[number].ParentId == served[number].SpanId, $"request {number} names another one");
        }
        Assert.InRange(right, count * 999 / 1000, count);
        Assert.InRange(sent.Values.Count(span => span.Attributes.GetValueOrDefault("hilo.link") == "goroutine"), count * 999 / 1000, count);
    }

    private static Dictionary<int, Span> Of(Agent agent, string service, Func<Span, bool> isOf) =>
        agent.Spans.Where(span => span.Service == service && isOf(span)).ToDictionary(NumberOf);

    private static int NumberOf(Span span) => int.Parse(
        Number().Match(span.Attributes.GetValueOrDefault("url.query") ?? span.Attributes.GetValueOrDefault("url.full") ?? span.Name).Groups[1].Value,
        CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("(?:id=|Hop)([0-9]+)$")]
    private static partial Regex Number();
}
