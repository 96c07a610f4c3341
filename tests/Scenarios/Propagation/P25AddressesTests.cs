// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P25: every kind of address that TCP has, and what goes over Unix-domain sockets, which is not covered.</summary>
public sealed class P25AddressesTests : Scenario
{
    private const int Count = 300;

    [Theory]
    [InlineData("127.0.0.1", "0.0.0.0", "127.0.0.1")]
    [InlineData("127.0.0.1", "::", "127.0.0.1")]
    [InlineData("::1", "::", "::1")]
    [InlineData("::ffff:127.0.0.1", "0.0.0.0", "127.0.0.1")]
    [InlineData("::ffff:127.0.0.1", "::", "127.0.0.1")]
    public void Each_request_carries_one_context(string address, string listener, string named)
    {
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            if (i > 0 && i % 100 == 0)
            {
                talk.Reconnect();
            }

            talk.Step($"nonblock {i / 10 % 2}").Send(i % 3 == 0 ? Request.Post($"/p?id={i}", Request.Body(i, i)) : Request.Get($"/g?id={i}"));
        }

        var recorder = new Recorder(Sandbox, traced: true, address: listener);
        using var agent = new Agent(Sandbox);
        StartPlayer(talk, address: address).Finish();
        agent.Finish();

        var added = Compare(talk, recorder);
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.ParentId);
        Assert.Equal((Count, Count), (clients.Count, servers.Count));
        Assert.Equal(Enumerable.Range(0, Count).Select(i => i.ToString(CultureInfo.InvariantCulture)), added.Select(context => clients[context!.SpanId].Id));
        Assert.All(clients.Values, client => Assert.Equal((client.Id, client.TraceId), (servers[client.SpanId].Id, servers[client.SpanId].TraceId)));
        Assert.All(clients.Values, client => Assert.Equal(named, client.Attributes["network.peer.address"]));
        Assert.All(servers.Values, server => Assert.Equal(named, server.Attributes["network.peer.address"]));
    }

    // Named as not covered: FastCGI is no HTTP, and a Unix-domain socket has no TCP underneath. What must hold is that nothing is
    // disturbed, and that the requests on both sides are traced as if the other did not exist.
    [Fact]
    public void A_unix_domain_upstream_ends_one_trace_and_begins_another()
    {
        const int Port = 8001;
        var recorder = new Recorder(Sandbox, traced: false);
        var socket = Sandbox.PathOf("fpm.sock");
        var pool = Sandbox.Start(Programs.PhpFpm(socket, Sandbox.Folder).Named("php-fpm"));
        pool.WaitFor(() => File.Exists(socket), "socket");
        Sandbox.Serve(Programs.FastCgi(Port, socket, Sandbox.Folder).Named("nginx"), Port);
        using var agent = new Agent(Sandbox);

        var next = Uri.EscapeDataString($"{Backend}/headers?id=[1-20]").Replace("%5B1-20%5D", "[1-20]", StringComparison.Ordinal);
        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", $"http://127.0.0.1:{Port}/hop?next={next}")).Finish();
        agent.Finish();

        var servers = agent.Spans.Where(span => span.IsServer).ToList();
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        Assert.Equal((20, 20), (servers.Count, clients.Count));
        Assert.All(servers, span => Assert.Equal(("nginx", "", 200), (span.Service, span.ParentId, span.StatusCode)));
        Assert.All(clients.Values, span => Assert.Equal(("php-fpm", ""), (span.Service, span.ParentId)));
        byte[] received = [.. recorder.Take().SelectMany(bytes => bytes)];
        Assert.Equal(20, TraceParent.ReadAll(received).Count(context => clients.ContainsKey(context.SpanId)));
    }
}
