// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>Row P14, with nginx: a proxy forwards the header it got, which would hide the proxy from the trace.</summary>
public sealed class P14ForwardedHeaderTests : Scenario
{
    private const int Count = 50;
    private const int ProxyPort = 8000;
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string SpanId = "b7ad6b7169203331";

    [Theory]
    [InlineData("traceparent")]
    [InlineData("TraceParent")]
    public void Its_copy_names_the_client_span_of_the_proxy_and_is_otherwise_the_same(string name)
    {
        var recorder = new Recorder(Sandbox, traced: false);
        var proxy = Programs.Proxy(ProxyPort, Programs.BackendPort, Sandbox.Folder);
        var untraced = Sandbox.Serve(proxy, ProxyPort);
        byte[] sent = Pass(recorder, name);
        untraced.Stop(Native.SigTerm);
        Sandbox.Serve(proxy, ProxyPort);
        using var agent = new Agent(Sandbox);

        byte[] received = Pass(recorder, name);
        agent.Finish();

        Assert.Equal(Count, agent.Counter("rewritten"));
        Assert.Equal(sent.Length, received.Length);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.SpanId);
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.SpanId);
        Assert.Equal((Count, Count), (servers.Count, clients.Count));
        Assert.All(servers.Values, span => Assert.Equal((TraceId, SpanId), (span.TraceId, span.ParentId)));
        foreach (var client in clients.Values)
        {
            Assert.Equal((TraceId, client.Id), (client.TraceId, servers[client.ParentId].Id));
            Replace(received, client.SpanId);
        }

        Assert.Equal(sent, received);
    }

    private byte[] Pass(Recorder recorder, string name)
    {
        Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null",
            "-H", $"{name}: 00-{TraceId}-{SpanId}-01", $"http://127.0.0.1:{ProxyPort}/headers?id=[1-{Count}]")).Finish();
        return [.. recorder.Take().SelectMany(bytes => bytes)];
    }

    /// <summary>Puts the id back that the proxy had copied; it must be there once.</summary>
    private static void Replace(Span<byte> stream, string spanId)
    {
        var written = System.Text.Encoding.ASCII.GetBytes($"00-{TraceId}-{spanId}-01");
        var at = stream.IndexOf(written);
        Assert.True(at >= 0, $"no header names the client span {spanId}");
        System.Text.Encoding.ASCII.GetBytes(SpanId).CopyTo(stream[(at + 36)..]);
    }
}
