// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>What every test of gRPC asks of spans.</summary>
internal static class RpcSpans
{
    public const string Service = "relay.Relay";

    /// <summary>
    /// The calls of one client: a root span for each, and one span of the server whose parent it is; all ids distinct.
    /// Returns the pairs.
    /// </summary>
    public static List<(Span Client, Span Server)> Paired(IEnumerable<Span> all, string client, string server, string method, int count)
    {
        var spans = all.ToList();
        var clients = spans.Where(span => span.IsClient && span.Service == client).ToList();
        Assert.Equal(count, clients.Count);
        Assert.Equal(count, clients.Select(span => span.TraceId).Distinct().Count());
        Assert.Equal(count, clients.Select(span => span.SpanId).Distinct().Count());
        var servers = spans.Where(span => span.IsServer && span.Service == server).ToLookup(span => span.ParentId);
        var pairs = clients.Select(span => (span, Assert.Single(servers[span.SpanId]))).ToList();
        Assert.All(pairs, pair => IsCall(pair.span, pair.Item2, method));
        return pairs;
    }

    public static bool IsMethod(Span span, string method) =>
        (span.Name, span.Attributes.GetValueOrDefault("rpc.system"), span.Attributes.GetValueOrDefault("rpc.service"), span.Attributes.GetValueOrDefault("rpc.method"))
        == ($"{Service}/{method}", "grpc", Service, method);

    /// <summary>False: it was left as it was, and counted.</summary>
    public static bool WasWritten(Span client)
    {
        var how = client.Attributes["hilo.propagation"];
        Assert.True(how is "injected" or "skipped", how);
        return how == "injected";
    }

    private static void IsCall(Span client, Span server, string method)
    {
        Assert.True(client.IsRoot, $"the span of a client on its own has a parent: {client}");
        Assert.Equal(client.TraceId, server.TraceId);
        Assert.Equal(WasWritten(client) ? "header" : "connection", server.Attributes["hilo.link"]);
        Assert.All(new[] { client, server }, span => Assert.True(IsMethod(span, method), $"not {method}: {span.Name}"));
        Assert.True(client.Start <= server.Start && server.Start < server.End, "a server began before its client, or ended before itself");
    }
}
