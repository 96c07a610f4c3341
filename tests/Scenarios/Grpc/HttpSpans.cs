// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>What the tests of HTTP/2 that is not gRPC ask of spans.</summary>
internal static class HttpSpans
{
    /// <summary>A client that begins traces and a server, both traced: so many pairs, and nothing else.</summary>
    public static List<(Span Client, Span Server)> Paired(Agent agent, int count)
    {
        var clients = agent.Spans.Where(span => span.IsClient).ToList();
        var servers = agent.Spans.Where(span => span.IsServer).ToLookup(span => span.ParentId);
        Assert.Equal((count, 2 * count), (clients.Count, agent.Spans.Count));
        Assert.Equal(2 * count, agent.Spans.Select(span => span.SpanId).Distinct().Count());
        var pairs = clients.Select(span => (Client: span, Server: Assert.Single(servers[span.SpanId]))).ToList();
        Assert.All(pairs, pair => Belong(pair.Client, pair.Server));
        Assert.Equal(agent.Skipped, clients.Count(span => span.Attributes["hilo.propagation"] == "skipped"));
        return pairs;
    }

    /// <summary>The same over HTTP/2, and with the names that HTTP has.</summary>
    public static List<(Span Client, Span Server)> PairedStreams(Agent agent, int count)
    {
        var pairs = Paired(agent, count);
        Assert.All(pairs, pair => Assert.All(new[] { pair.Client, pair.Server }, IsStream));
        Assert.All(pairs, pair => Assert.Equal(pair.Client.Path, pair.Server.Path));
        return pairs;
    }

    private static void Belong(Span client, Span server)
    {
        Assert.True(client.IsRoot);
        Assert.Equal((client.TraceId, client.Id), (server.TraceId, server.Id));
        Assert.Equal(client.Attributes["hilo.propagation"] == "skipped" ? "connection" : "header", server.Attributes["hilo.link"]);
    }

    private static void IsStream(Span span)
    {
        Assert.Equal((200, "2"), (span.StatusCode, span.Attributes["network.protocol.version"]));
        Assert.Equal(span.IsServer ? $"{span.Attributes["http.request.method"]} {span.Path}" : span.Attributes["http.request.method"], span.Name);
        Assert.DoesNotContain("rpc.system", span.Attributes.Keys);
    }
}
