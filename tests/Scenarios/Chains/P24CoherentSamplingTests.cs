// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Chains;

/// <summary>
/// Row P24: five services, each under an agent of its own with propagators and a sampler of its own. The first decides; the others,
/// whatever they would decide themselves, keep exactly the same traces. P24_REQUESTS says how many to send.
/// </summary>
public sealed class P24CoherentSamplingTests : Scenario
{
    private const double Ratio = 0.1;
    private const int FirstPort = 8001;
    private const int Clients = 4;

    /// <summary>It has no /hop of its own: it forwards to the one behind it.</summary>
    private const int ProxyPort = 8003;

    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("P24_REQUESTS") ?? "3000", CultureInfo.InvariantCulture);

    private static readonly (string Kind, string Propagators, string Sampler, string Argument)[] Services =
    [
        ("python", "b3multi", "parentbased_traceidratio", Ratio.ToString(CultureInfo.InvariantCulture)),
        ("php", "b3", "parentbased_traceidratio", "0.9"),
        ("nginx", "tracecontext", "parentbased_always_off", ""),
        ("python", "tracecontext,b3", "parentbased_always_on", ""),
        ("java", "tracecontext", "parentbased_traceidratio", "0.5"),
    ];

    [Fact]
    public void Five_services_keep_the_same_traces()
    {
        var agents = Services.Select(Start).ToArray();
        try
        {
            var kept = new ConcurrentDictionary<string, bool>();
            Load.Run(Sandbox.Network, Clients, Count, Make, (_, answer) => Remember(kept, answer));
            var ledgers = agents.Select(agent => agent.Finish()).ToArray();

            Assert.Equal(Count, kept.Count);
            var traces = kept.Where(trace => trace.Value).Select(trace => trace.Key).Order().ToArray();
            Assert.InRange(traces.Length, Count * (Ratio - Tolerance), Count * (Ratio + Tolerance));
            for (var i = 0; i < Services.Length; i++)
            {
                Keeps(traces, agents[i], i == Services.Length - 1 ? 1 : 2);
                Assert.Equal((Count - traces.Length) * (i == Services.Length - 1 ? 1 : 2), ledgers[i].Unsampled);
            }

            Parents([.. agents.Select(agent => agent.Spans)]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{Count} requests, {traces.Length} traces kept by each of {Services.Length} services");
        }
        finally
        {
            Array.ForEach(agents, agent => agent.Dispose());
        }
    }

    // Six standard deviations of a binomial distribution.
    private static double Tolerance => 6 * Math.Sqrt(Ratio * (1 - Ratio) / Count);

    private Agent Start((string Kind, string Propagators, string Sampler, string Argument) service, int i)
    {
        var host = AddSandbox();
        var port = FirstPort + i;
        var start = port == ProxyPort
            ? Programs.Proxy(service.Kind, port, port + 1, host.Folder)
            : Programs.Server(service.Kind, port, host.Folder);
        host.Serve(start.Named($"service-{i}"), port, Sandbox.Network);
        return new Agent(host, ("OTEL_PROPAGATORS", service.Propagators), ("OTEL_TRACES_SAMPLER", service.Sampler),
            ("OTEL_TRACES_SAMPLER_ARG", service.Argument.Length > 0 ? service.Argument : null));
    }

    /// <summary>Each trace once per role, and nothing else.</summary>
    private static void Keeps(string[] traces, Agent agent, int spansPerTrace)
    {
        var spans = agent.Spans;
        Assert.Equal(traces.Length * spansPerTrace, spans.Count);
        Assert.Equal(traces, spans.Where(span => span.IsServer).Select(span => span.TraceId).Order());
        Assert.Equal(spansPerTrace == 1 ? [] : traces, spans.Where(span => span.IsClient).Select(span => span.TraceId).Order());
    }

    /// <summary>The chain is whole through every change of format.</summary>
    private static void Parents(IReadOnlyList<Span>[] services)
    {
        for (var i = 0; i < services.Length; i++)
        {
            var callers = i == 0 ? [] : services[i - 1].Where(span => span.IsClient).ToDictionary(span => span.TraceId, span => span.SpanId);
            var servers = services[i].Where(span => span.IsServer).ToDictionary(span => span.TraceId);
            Assert.All(servers.Values, span => Assert.Equal(callers.GetValueOrDefault(span.TraceId, ""), span.ParentId));
            Assert.All(services[i].Where(span => span.IsClient), span => Assert.Equal(servers[span.TraceId].SpanId, span.ParentId));
        }
    }

    private static HttpRequestMessage Make(int i)
    {
        var url = $"http://127.0.0.1:{FirstPort + Services.Length - 1}/headers?id={i}";
        for (var port = FirstPort + Services.Length - 2; port >= FirstPort; port--)
        {
            url = port == ProxyPort
                ? $"http://127.0.0.1:{port}{new Uri(url).PathAndQuery}"
                : $"http://127.0.0.1:{port}/hop?id={i}&next={Uri.EscapeDataString(url)}";
        }

        return new HttpRequestMessage(HttpMethod.Get, url);
    }

    /// <summary>What reached the last service: one header of each format that is configured for the one before it, and of no other.</summary>
    private static void Remember(ConcurrentDictionary<string, bool> kept, string answer)
    {
        var lines = answer.Split('\n').Select(line => line.Trim()).ToArray();
        var parts = OneHop.Value(lines, "traceparent")?.Split('-') ?? throw new InvalidDataException(answer);
        Assert.Equal($"{parts[1]}-{parts[2]}-{(parts[3][1] & 1)}", OneHop.Value(lines, "b3"));
        Assert.Null(OneHop.Value(lines, "X-B3-TraceId"));
        Assert.True(kept.TryAdd(parts[1], (parts[3][1] & 1) == 1), $"trace {parts[1]} twice");
    }
}
