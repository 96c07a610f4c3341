// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>Row G04: how connections begin and end, and streams that end early.</summary>
public sealed class G04ConnectionsTests : Scenario
{
    private const int Port = 8001;
    private const int RelayPort = 8000;
    private const int Count = 60;

    /// <summary>Of a call; the others when not everything in its header block is known.</summary>
    private static readonly string[] Names = ["relay.Relay/Hop", "grpc", "POST /relay.Relay/Hop", "POST", "HTTP"];

    /// <summary>One request for each connection: curl 7.88.1 fails by itself when it uses one again.</summary>
    [Theory]
    [InlineData("--http2-prior-knowledge", "2")]
    [InlineData("--http2", "1.1")]
    public void Connections_begin_by_prior_knowledge_or_by_an_upgrade(string how, string version)
    {
        Sandbox.Serve(Web2.Server("go", Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var loop = $"read go; for i in $(seq 20); do curl -sS --fail {how} \"http://127.0.0.1:{Port}/headers?id=$i\" || exit 1; done";
        var output = Sandbox.Start(new ProgramStart("/bin/sh", "-c", loop) { Input = "\n", InputAfterMilliseconds = 800 }.Named("client")).Finish();
        agent.Finish();

        var pairs = HttpSpans.Paired(agent, 20);
        Assert.All(pairs, pair => Assert.Equal((version, 200), (pair.Client.Attributes["network.protocol.version"], pair.Client.StatusCode)));
        Assert.Equal(0, agent.Skipped);
        Assert.Equal(
            pairs.Select(pair => Rpc.ContextOf(pair.Client)).Order(),
            output.Split('\n').Where(line => line.StartsWith("traceparent: ", StringComparison.Ordinal)).Select(line => Rpc.ContextOf(line[13..])).Order());
    }

    /// <summary>The first request is the one of the upgrade; those that follow are streams.</summary>
    [Fact]
    public void After_an_upgrade_the_connection_is_followed()
    {
        Sandbox.Serve(Web2.Server("go", Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var urls = string.Join(' ', Enumerable.Range(1, Count).Select(i => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/headers?id={i}")));
        Sandbox.Start(new ProgramStart("/bin/sh", "-c", $"read go; nghttp -u {urls}") { Input = "\n", InputAfterMilliseconds = 800 }.Named("client")).Finish();
        agent.Finish();

        var pairs = HttpSpans.Paired(agent, Count);
        Assert.Equal(Enumerable.Range(1, Count).Select(i => i.ToString(CultureInfo.InvariantCulture)).Order(), pairs.Select(pair => pair.Client.Id).Order());
        Assert.Equal(Count - 1, pairs.Count(pair => pair.Client.Attributes["network.protocol.version"] == "2"));
    }

    /// <summary>nginx says GOAWAY after ten requests; what it still answers is answered, and the client goes on elsewhere.</summary>
    [Theory]
    [InlineData("go")]
    [InlineData("dotnet")]
    public void Connections_end_by_GOAWAY(string client)
    {
        Sandbox.Serve(Programs.Http2(Port, 10, Sandbox.Folder).Named("server"), Port);
        using var agent = new Agent(Sandbox);

        Sandbox.Start(Web2.Client(client, Port, Count, 1).Named("client")).Finish();
        agent.Finish();

        HttpSpans.PairedStreams(agent, Count);
    }

    /// <summary>By the client, which the server learns from RST_STREAM.</summary>
    [Fact]
    public void Calls_are_given_up()
    {
        Sandbox.Serve(Rpc.Server("go", Port).Named("server"), Port);
        using var agent = new Agent(Sandbox);
        agent.AwaitTls(); // loading it for the server keeps a CPU busy: calls that are given up soon would never be sent

        Sandbox.Start(Rpc.Client("go", "cancel", Port, Count, 10).Named("client")).Finish();
        agent.Finish();

        var pairs = RpcSpans.Paired(agent.Spans, "client", "server", "Hop", Count);
        Assert.Equal(2 * Count, agent.Spans.Count);
        Assert.All(pairs, pair => Assert.Equal(("CANCEL", "CANCEL"), (pair.Client.Attributes["error.type"], pair.Server.Attributes["error.type"])));
    }

    /// <summary>What a server pushes is no request of anybody.</summary>
    [Fact]
    public void What_is_pushed_is_left_alone()
    {
        File.WriteAllText(Sandbox.PathOf("small"), "ok");
        File.WriteAllText(Sandbox.PathOf("pushed"), "pushed");
        var start = new ProgramStart("nghttpd", "--no-tls", "--push=/small=/pushed", "-d", Sandbox.Folder, $"{Port}");
        Sandbox.Serve(start.Named("server"), Port);
        using var agent = new Agent(Sandbox);

        var command = $"read go; nghttp -v -m 20 http://127.0.0.1:{Port}/small";
        var output = Sandbox.Start(new ProgramStart("/bin/sh", "-c", command) { Input = "\n", InputAfterMilliseconds = 800 }.Named("client")).Finish();
        agent.Finish();

        Assert.Contains("recv PUSH_PROMISE frame", output, StringComparison.Ordinal);
        Assert.DoesNotContain("traceparent", output, StringComparison.Ordinal);
        HttpSpans.PairedStreams(agent, 20);
    }

    /// <summary>
    /// The relay has its connection since before the agent. What its fields mean may not be known, then nothing is added; every call
    /// has its spans even so, and no wrong name.
    /// </summary>
    [Theory]
    [InlineData("go")]
    [InlineData("node")]
    [InlineData("python")]
    public void Connections_may_be_older_than_the_agent(string relay)
    {
        Sandbox.Serve(Rpc.Server("go", Port).Named("last"), Port);
        Sandbox.Serve(Rpc.Server(relay, RelayPort).Named("relay"), RelayPort);
        Sandbox.StartOutside(Rpc.Client("go", "hop", RelayPort, Count, 8, Port)).Finish();
        using var agent = new Agent(Sandbox);

        var answers = Rpc.Answers(Sandbox.StartOutside(Rpc.Client("go", "hop", RelayPort, Count, 1, Port)).Finish());
        agent.Finish();

        var servers = agent.Spans.Where(span => span.IsServer && span.Service == "relay").ToDictionary(span => span.SpanId);
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(Rpc.ContextOf);
        var last = agent.Spans.Where(span => span.IsServer && span.Service == "last").ToList();
        Assert.Equal((Count, Count), (servers.Count, answers.Count));
        Assert.InRange(clients.Count, Count - 2, Count);
        Assert.InRange(last.Count, Count - 2, Count);
        Assert.All(answers.Where(answer => answer[1].Length > 0), answer => Assert.Contains(answer[1], clients.Keys));
        Assert.InRange(agent.Skipped, clients.Count - answers.Count(answer => answer[1].Length > 0), Count);
        Assert.All(clients.Values, span => Assert.Contains(span.ParentId, servers.Keys));
        Assert.All(clients.Values.Concat(last), span => Assert.Contains(span.Name, Names));
    }
}
