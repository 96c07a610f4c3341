// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>
/// Row G01 at length: a hundred streams at a time on one connection, through a relay. Every span is there, every id distinct; how
/// many client spans of the relay name the request that they belong to is printed for each language.
/// <c>HILO_CALLS=100000</c> makes as many calls instead of a few thousand.
/// </summary>
public sealed class RelayTests : Scenario
{
    private const int RelayPort = 8001;
    private const int LastPort = 8002;
    private const int Streams = 100;

    private static readonly int Count =
        int.Parse(Environment.GetEnvironmentVariable("HILO_CALLS") is { Length: > 0 } text ? text : "5000", CultureInfo.InvariantCulture);

    public static TheoryData<string> Relays { get; } = [.. Rpc.Kinds];

    [Fact]
    public void Every_call_has_its_spans()
    {
        Sandbox.Serve(Rpc.Server("go", LastPort).Named("last"), LastPort);
        using var agent = new Agent(Sandbox);

        Sandbox.Start(Rpc.Client("go", "unary", LastPort, Count, Streams).Named("client")).Finish(60 + (Count / 100));
        agent.Finish();

        Assert.Equal(2 * Count, agent.Spans.Count);
        RpcSpans.Paired(agent.Spans, "client", "last", "Echo", Count);
        Assert.Equal(2 * Count, agent.Spans.Select(span => span.SpanId).Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Relays))]
    public void A_relay_names_the_request_that_it_works_for_or_none(string relay)
    {
        var count = Count / 5;
        Sandbox.Serve(Rpc.Server("go", LastPort).Named("last"), LastPort);
        Sandbox.Serve(Rpc.Server(relay, RelayPort).Named("relay"), RelayPort);
        using var agent = new Agent(Sandbox);

        var client = Sandbox.Start(Rpc.Client("go", "hop", RelayPort, count, Streams, LastPort).Named("client"));
        var answers = Rpc.Answers(client.Finish(60 + (Count / 100)));
        agent.Finish();

        Assert.Equal((count, 4 * count), (answers.Count, agent.Spans.Count));
        Assert.Equal(4 * count, agent.Spans.Select(span => span.SpanId).Distinct().Count());
        var (_, wrong) = Report(relay, agent.Spans, answers);
        Assert.Equal(0, wrong);
    }

    /// <summary>Each thread handles one request of HTTP/1; all of them call on one connection, and now and then write for each other.</summary>
    [Theory]
    [InlineData(20, 80, 1)]
    [InlineData(100, 60, 3)]
    public void Threads_that_share_a_connection_name_their_own_requests(int threads, int leastPercent, int mostWrongPercent)
    {
        var count = Count / 5;
        Sandbox.Serve(Rpc.Server("go", LastPort).Named("last"), LastPort);
        Sandbox.Serve(Threads("serve", $"{RelayPort}", $"127.0.0.1:{LastPort}").Named("relay"), RelayPort);
        using var agent = new Agent(Sandbox);

        var client = Sandbox.Start(Threads("client", $"127.0.0.1:{RelayPort}", $"{count}", $"{threads}").Named("client"));
        var answers = Rpc.Answers(client.Finish(60 + (Count / 100)));
        agent.Finish();

        Assert.Equal((count, 4 * count), (answers.Count, agent.Spans.Count));
        var (right, wrong) = Report($"{threads} threads", agent.Spans, answers);
        Assert.InRange(right, count * leastPercent / 100, count);
        Assert.InRange(wrong, 0, count * mostWrongPercent / 100);
    }

    private static ProgramStart Threads(params string[] arguments) => new(["/usr/bin/python3", "python/threads.py", .. arguments])
    {
        Input = "\n",
        InputAfterMilliseconds = 1500,
    };

    /// <summary>
    /// Which span of the relay's is which is known from the contexts that it, and the one behind it, said to have received; the
    /// few that could not be given one are left out.
    /// </summary>
    internal static (int Right, int Wrong) Report(string relay, IReadOnlyList<Span> spans, List<string[]> answers)
    {
        var clients = spans.Where(span => span.IsClient).ToDictionary(Rpc.ContextOf);
        var servers = spans.Where(span => span.IsServer).ToDictionary(span => span.ParentId);
        var parents = answers.Where(answer => !answer.Contains("")).Select(answer => (Right: servers[clients[answer[0]].SpanId], Child: clients[answer[1]])).ToList();
        var right = parents.Count(pair => (pair.Child.TraceId, pair.Child.ParentId) == (pair.Right.TraceId, pair.Right.SpanId));
        var roots = parents.Count(pair => pair.Child.IsRoot);
        var links = parents.CountBy(pair => pair.Child.Attributes.GetValueOrDefault("hilo.link", "none")).Select(link => $"{link.Value} {link.Key}");
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{relay}: {right} of {parents.Count} parents right, {roots} without one; links: {string.Join(", ", links)}");
        return (right, parents.Count - right - roots);
    }
}
