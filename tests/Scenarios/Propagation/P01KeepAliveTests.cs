// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P01: clients without a context of their own.</summary>
public sealed class P01KeepAliveTests : Scenario
{
    private const int Count = 500;
    private const int Size = 700;

    public static TheoryData<string> Clients { get; } = [.. Programs.ClientKinds];

    public static TheoryData<string, string> Pairs { get; } =
    [
        ("python", "curl"), ("node", "python-http.client"), ("java", "go-http"), ("python", "java-urlconnection"),
        ("go", "dotnet-httpclient"), ("dotnet", "node-http"), ("nginx", "php-curl"), ("php", "wget"),
    ];

    [Theory]
    [MemberData(nameof(Clients))]
    public void Each_request_carries_one_context_and_is_otherwise_what_the_client_wrote(string client)
    {
        var recorder = new Recorder(Sandbox, traced: false);
        Run(client, traced: false);
        byte[] sent = [.. recorder.Take().SelectMany(bytes => bytes)];

        using var agent = new Agent(Sandbox);
        Run(client, traced: true);
        byte[] received = [.. recorder.Take().SelectMany(bytes => bytes)];
        var ledger = agent.Finish();

        var added = Wire.Compare(sent, Wire.FindHeads(sent), received);
        Assert.Equal(2 * Count, added.Count);
        Assert.Equal(AsksFionread(client) ? agent.Counter("skip_not_enrolled") : 0, added.Count(context => context is null));
        var written = added.OfType<TraceParent>().Select(context => (context.TraceId, context.SpanId)).ToHashSet();
        Assert.Equal(added.Count(context => context is not null), written.Count);
        Assert.NotEmpty(written);
        var spans = agent.Spans.Where(span => span.IsClient && span.Service == client).ToList();
        Assert.Equal(2 * Count, ledger.Exported);
        Assert.Equal(2 * Count, spans.Count);
        Assert.Equal(written.Order(), spans.Select(span => (span.TraceId, span.SpanId)).Where(written.Contains).Order());
    }

    // Its pool asks how much a connection holds before it uses it again. Where a kernel answers that wrongly for sockets in a
    // sockmap, such a process gets the header on the first request of a connection; the others are counted.
    private static bool AsksFionread(string client) => client == "java-urlconnection";

    [Theory]
    [MemberData(nameof(Pairs))]
    public void The_parent_of_a_server_span_is_the_client_span(string server, string client)
    {
        Sandbox.Serve(Programs.Server(server, Programs.BackendPort, Sandbox.Folder).Named(server), Programs.BackendPort);
        using var agent = new Agent(Sandbox);

        Run(client, traced: true);
        agent.Finish();

        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.Id);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.Id);
        Assert.Equal(2 * Count, clients.Count);
        Assert.Equal(clients.Keys.Order(), servers.Keys.Order());
        foreach (var (id, span) in servers)
        {
            Assert.Equal((server, clients[id].TraceId, clients[id].SpanId), (span.Service, span.TraceId, span.ParentId));
            Assert.Equal((client, ""), (clients[id].Service, clients[id].ParentId));
            Assert.Equal(200, span.StatusCode);
        }
    }

    [Fact]
    public void A_proxy_continues_the_trace_on_connections_that_it_keeps()
    {
        const int ProxyPort = 8000;
        var recorder = new Recorder(Sandbox, traced: false);
        Sandbox.Serve(Programs.Proxy(ProxyPort, Programs.BackendPort, Sandbox.Folder).Named("proxy"), ProxyPort);
        using var agent = new Agent(Sandbox);

        Sandbox.StartOutside(Programs.Client("python-http.client", $"http://127.0.0.1:{ProxyPort}", Count, 0, "a", Sandbox.Folder)).Finish();
        agent.Finish();

        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.SpanId);
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        Assert.Equal((Count, Count), (servers.Count, clients.Count));
        byte[] received = [.. recorder.Take().SelectMany(bytes => bytes)];
        Assert.Equal(Count, TraceParent.ReadAll(received).Count(context => clients.ContainsKey(context.SpanId)));
        foreach (var span in clients.Values)
        {
            Assert.Equal((servers[span.ParentId].TraceId, servers[span.ParentId].Id), (span.TraceId, span.Id));
        }
    }

    private void Run(string client, bool traced)
    {
        var folder = Sandbox.Folder;
        foreach (var start in new[] { Programs.Client(client, Backend, Count, 0, "get", folder), Programs.Client(client, Backend, Count, Size, "post", folder) })
        {
            var program = traced ? Sandbox.Start(start.Named(client)) : Sandbox.StartOutside(start);
            program.Finish();
        }
    }
}
