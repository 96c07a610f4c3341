// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Grpc;
using Scenarios.Harness;

namespace Scenarios.Runtimes;

/// <summary>
/// The Go lines of rows L01 and T04: a relay with as many requests under way as can be, which waits here and there, so that they mix. Every request
/// that it sends names the one that it was sent for, whichever goroutine writes it; and none names another.
/// </summary>
public sealed class GoTests : Scenario
{
    private const int RelayPort = 8001;
    private const int LastPort = 8002;
    private const int Count = 3000;

    public static TheoryData<string, string, int> Ways { get; } = new(
        from protocol in (string[])["http1", "http2"]
        from way in (string[])["goroutine", "context", "pool", "spawn"]
        select (protocol, way, 1000));

    [Theory]
    [MemberData(nameof(Ways))]
    [InlineData("http1", "goroutine", 100)]
    [InlineData("http2", "goroutine", 100)]
    public void Every_request_names_the_one_that_it_is_sent_for(string protocol, string way, int concurrent)
    {
        Start(protocol, Build.Go("relay"));
        using var agent = new Agent(Sandbox);

        Parents(agent, protocol, way, concurrent);
    }

    /// <summary>Neither symbols nor debug information; and the agent is there before the program.</summary>
    [Theory]
    [InlineData("http1", "pool")]
    [InlineData("http2", "spawn")]
    public void Stripped_programs_are_followed(string protocol, string way)
    {
        using var agent = new Agent(Sandbox);
        Start(protocol, Build.GoStripped("relay"));

        Parents(agent, protocol, way, 100);
    }

    /// <summary>The layout of the runtime, the form of the table of functions, and where HTTP/2 is, have changed since. These are stripped.</summary>
    [Theory]
    [InlineData("1.24", "http1", "spawn")]
    [InlineData("1.24", "http2", "pool")]
    [InlineData("1.27", "http1", "pool")]
    [InlineData("1.27", "http2", "spawn")]
    public void Programs_of_a_newer_toolchain_are_followed(string toolchain, string protocol, string way)
    {
        Start(protocol, Build.GoOf(toolchain, "relay"));
        using var agent = new Agent(Sandbox);

        Parents(agent, protocol, way, 1000);
    }

    /// <summary>The first program, of another layout, is followed until the second one takes its place.</summary>
    [Fact]
    public void What_a_process_runs_is_followed_not_what_it_ran_before()
    {
        using var agent = new Agent(Sandbox);
        Start("http2", Build.GoOf("1.24", "relay"), "become", Build.Go("relay"));

        Parents(agent, "http2", "spawn", 100);
    }

    [Theory]
    [InlineData("go")]
    [InlineData("go 1.27")]
    public void Calls_of_grpc_name_the_one_that_they_are_made_for(string relay)
    {
        Sandbox.Serve(Rpc.Server("go", LastPort).Named("last"), LastPort);
        Sandbox.Serve(Forgetful(Rpc.Server(relay, RelayPort).Named("relay")), RelayPort);
        using var agent = new Agent(Sandbox);

        var client = Sandbox.Start(Rpc.Client("go", "hop", RelayPort, Count, 1000, LastPort).Named("client"));
        Check(agent, client, "grpc");
    }

    private void Start(string protocol, params string[] relay)
    {
        Sandbox.Serve(new ProgramStart(Build.Go("relay"), "serve", protocol, Text(LastPort)).Named("last"), LastPort);
        Sandbox.Serve(Forgetful(new ProgramStart([.. relay, "serve", protocol, Text(RelayPort), $"127.0.0.1:{LastPort}"]).Named("relay")), RelayPort);
    }

    // It collects garbage all the time: where a context was, another soon is.
    private static ProgramStart Forgetful(ProgramStart relay) => relay with { Environment = new(relay.Environment) { ["GOGC"] = "3" } };

    private void Parents(Agent agent, string protocol, string way, int concurrent)
    {
        var start = new ProgramStart(Build.Go("relay"), "client", protocol, $"127.0.0.1:{RelayPort}", way, Text(Count), Text(concurrent))
        {
            Input = "\n",
            InputAfterMilliseconds = 1500,
        };
        Check(agent, Sandbox.Start(start.Named("client")), $"{protocol} {way}");
    }

    private static void Check(Agent agent, RunningProgram client, string kind)
    {
        var answers = Rpc.Answers(client.Finish(90));
        agent.Finish();

        Assert.Equal((Count, 4 * Count), (answers.Count, agent.Spans.Count));
        var (right, wrong) = RelayTests.Report(kind, agent.Spans, answers);
        Assert.Equal(0, wrong);
        // Where a send buffer was full, a request left without its header; who sent it for whom is known even so.
        Assert.InRange(right + agent.Counter("skip_no_space"), Count * 999 / 1000, Count);
        var asked = agent.Spans.Where(span => span is { IsClient: true, Service: "relay" });
        Assert.InRange(asked.Count(span => span.Attributes.GetValueOrDefault("hilo.link") == "goroutine"), Count * 999 / 1000, Count);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
