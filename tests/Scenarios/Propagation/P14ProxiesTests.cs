// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>
/// Row P14: proxies that forward every header, on kept connections to the backend. Each hop has one context,
/// which names the client span of the proxy; a request that cannot be changed is counted and forwarded as it was.
/// </summary>
public sealed class P14ProxiesTests : Scenario
{
    private const int Count = 60;
    private const int ProxyPort = 8000;
    private const int Open = 4;
    private const string Parent = "b7ad6b7169203331";
    private const string Older = "05e3ac9a4f6e3b90";

    /// <summary>What a client sends in each format; # stands for the trace id of the request.</summary>
    private static readonly Dictionary<string, string[]> Formats = new()
    {
        ["w3c"] = [$"traceparent: 00-#-{Parent}-01", "tracestate: a=1"],
        ["b3"] = [$"b3: #-{Parent}-1-{Older}"],
        ["b3multi"] = ["X-B3-TraceId: #", $"X-B3-SpanId: {Parent}", $"X-B3-ParentSpanId: {Older}", "X-B3-Sampled: 1"],
        ["all"] = [$"traceparent: 00-#-{Parent}-01", $"b3: #-{Parent}-1", "X-B3-TraceId: #", $"X-B3-SpanId: {Parent}", "X-B3-Sampled: 1"],
    };

    public static TheoryData<string, string> Pairs { get; } =
        [.. from proxy in Programs.ProxyKinds from format in Formats.Keys select (proxy, format)];

    public static TheoryData<string> Proxies { get; } = [.. Programs.ProxyKinds];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void Only_the_parent_is_changed_in_what_is_forwarded(string proxy, string format)
    {
        var recorder = new Recorder(Sandbox, traced: false);
        var start = Programs.Proxy(proxy, ProxyPort, Programs.BackendPort, Sandbox.Folder).Named(proxy);
        var untraced = Sandbox.Serve(start, ProxyPort);
        Send(1, format);
        var sent = Heads(recorder);
        untraced.Stop(Native.SigTerm);
        Sandbox.Serve(start, ProxyPort);
        using var agent = new Agent(Sandbox);

        Send(1, format);
        var received = Heads(recorder);
        agent.Finish();

        Assert.Equal(0, Forwarded(agent, received, proxy));
        Assert.Equal((Count, 0L), (agent.Counter("rewritten"), agent.Counter("injected")));
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.Id);
        foreach (var (id, head) in received)
        {
            var restored = head.Replace(clients[id].SpanId, Parent, StringComparison.Ordinal).Replace(clients[id].ParentId, Older, StringComparison.Ordinal);
            Assert.Equal(sent[id], restored);
        }
    }

    [Theory]
    [MemberData(nameof(Proxies))]
    public void Requests_side_by_side_are_not_mixed_up(string proxy)
    {
        var recorder = new Recorder(Sandbox, traced: false);
        Sandbox.Serve(Programs.Proxy(proxy, ProxyPort, Programs.BackendPort, Sandbox.Folder).Named(proxy), ProxyPort);
        using var agent = new Agent(Sandbox);

        Send(Open, "w3c", "slow/3");
        var received = Heads(recorder);
        agent.Finish();

        Assert.Equal(0, Forwarded(agent, received, proxy));
        Assert.Equal(Count, agent.Counter("rewritten"));
    }

    /// <summary>The first requests on connections that are older than the agent cannot be changed yet.</summary>
    [Theory]
    [MemberData(nameof(Proxies))]
    public void On_connections_opened_before_what_is_not_changed_is_counted(string proxy)
    {
        var recorder = new Recorder(Sandbox, traced: false);
        Sandbox.Serve(Programs.Proxy(proxy, ProxyPort, Programs.BackendPort, Sandbox.Folder).Named(proxy), ProxyPort);
        Send(Open, "w3c", "slow/3");
        using var agent = new Agent(Sandbox);

        Send(1, "w3c", "again");
        var all = Heads(recorder, "/again");
        agent.Finish();

        var left = Forwarded(agent, all, proxy);
        Assert.InRange(left, 1, Count - 1);
        Assert.Equal((long)left, agent.Skipped);
        Assert.Equal(Count - left, agent.Counter("rewritten"));
    }

    private void Send(int clients, string format, string path = "headers") =>
        Load.Run(Sandbox.Network, clients, Count, i => Make(i, format, path), (_, _) => { });

    private static HttpRequestMessage Make(int i, string format, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{ProxyPort}/{path}?id={i}");
        foreach (var line in Formats[format])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            request.Headers.TryAddWithoutValidation(line[..colon], line[(colon + 2)..].Replace("#", TraceOf(i), StringComparison.Ordinal));
        }

        return request;
    }

    private static string TraceOf(int i) => (i + 1).ToString("x32", null);

    /// <summary>The head of each request that the backend received, by its id.</summary>
    private static Dictionary<string, string> Heads(Recorder recorder, string path = "/") => recorder.Take()
        .SelectMany(bytes => Wire.FindHeads(bytes).Select(head => Encoding.Latin1.GetString(bytes[head])))
        .Where(head => head.StartsWith("GET " + path, StringComparison.Ordinal))
        .ToDictionary(head => head.Split("id=")[1].Split(' ')[0]);

    /// <summary>
    /// Every request: one header of each kind, naming the proxy's client span, whose parent is the server span of the
    /// same request, whose parent is the client's. Returns how many were forwarded as they came.
    /// </summary>
    private static int Forwarded(Agent agent, Dictionary<string, string> received, string service)
    {
        var clients = agent.Spans.Where(span => span.IsClient).ToDictionary(span => span.Id);
        var servers = agent.Spans.Where(span => span.IsServer).ToDictionary(span => span.Id);
        Assert.Equal((Count, Count, Count), (received.Count, clients.Count, servers.Count));
        var unchanged = 0;
        foreach (var (id, head) in received)
        {
            var (server, client, trace) = (servers[id], clients[id], TraceOf(int.Parse(id, null)));
            Assert.Equal((service, trace, Parent), (server.Service, server.TraceId, server.ParentId));
            Assert.Equal((service, trace, server.SpanId), (client.Service, client.TraceId, client.ParentId));
            unchanged += Names(head, trace, client) ? 0 : 1;
        }

        return unchanged;
    }

    private static bool Names(string head, string trace, Span client)
    {
        var lines = head.Split("\r\n")[1..^2];
        string?[] written =
        [
            OneHop.Value(lines, "traceparent")?[3..^3], OneHop.Value(lines, "b3")?[..49],
            OneHop.Value(lines, "X-B3-TraceId") is { } id ? $"{id}-{OneHop.Value(lines, "X-B3-SpanId")}" : null,
        ];
        var changed = written.Contains($"{trace}-{client.SpanId}");
        Assert.All(written.OfType<string>(), context => Assert.Equal($"{trace}-{(changed ? client.SpanId : Parent)}", context));
        return changed;
    }
}
