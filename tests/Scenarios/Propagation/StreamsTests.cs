// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>
/// Whatever is sent, and however it is cut into system calls: what arrives is what was sent, plus exactly the lines that Hilo
/// announces. The streams are those of Services/c/generated.h, compared by Services/c/stream_receiver.c. A normal run takes
/// 50,000 of them; with <c>HILO_STREAMS=1000000</c> it takes as many as that says, in some minutes.
/// </summary>
public sealed partial class StreamsTests : Scenario
{
    private const int Pairs = 2;
    private const int FirstPort = 8100;

    private static readonly int Streams =
        int.Parse(Environment.GetEnvironmentVariable("HILO_STREAMS") is { Length: > 0 } text ? text : "50000", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(1, "tracecontext", "w3c")]
    [InlineData(2, "tracecontext,b3,b3multi", "all")]
    public void What_arrives_is_what_was_sent_and_the_announced_lines(int seed, string propagators, string form)
    {
        var share = Streams / 2 / Pairs;
        var receivers = Each(pair => Receive(pair, seed, share, form));
        using var agent = new Agent(
            Sandbox, ("OTEL_PROPAGATORS", propagators), ("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.01"));

        var senders = Each(pair => Sandbox.Start(new ProgramStart(
            Build.C("stream_sender"), Port(pair), Seed(seed, pair), "0", Text(share)).Named("sender")));
        var results = receivers.Select(receiver => Sums(receiver.Finish(60 + (Streams / 500)))).ToArray();
        var printed = senders.Select(sender => sender.Finish(10)).ToArray();
        var injected = agent.Counter("injected");
        var ledger = agent.Finish(mayDrop: true);

        Assert.All(printed, text => Assert.Equal("ok\n", text));
        var (places, added) = (results.Sum(sums => sums["places"]), results.Sum(sums => sums["added"]));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{results.Sum(sums => sums["streams"])} streams, {results.Sum(sums => sums["connections"])} connections, "
            + $"{results.Sum(sums => sums["bytes"])} bytes, {results.Sum(sums => sums["requests"])} requests, {places} places, {added} added to");
        Assert.Equal(added, injected);
        Assert.Equal(ledger.Seen + ledger.Unsampled, injected + agent.Counter("adopted") + agent.Skipped);
        Assert.Equal(0, agent.Counter("rewritten"));
        Assert.True(added > places / 2, $"only {added} of {places} heads had lines added: this would prove little");
    }

    private RunningProgram Receive(int pair, int seed, int streams, string form)
    {
        var receiver = Sandbox.StartOutside(new ProgramStart(
            Build.C("stream_receiver"), Port(pair), Seed(seed, pair), "0", Text(streams), form));
        receiver.WaitFor(() => Sandbox.Network.IsListening(FirstPort + pair), "listener");
        return receiver;
    }

    private static T[] Each<T>(Func<int, T> make) => [.. Enumerable.Range(0, Pairs).Select(make)];

    private static string Port(int pair) => Text(FirstPort + pair);

    private static string Seed(int seed, int pair) => Text((100 * seed) + pair);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, long> Sums(string line) => Pair().Matches(line).ToDictionary(
        match => match.Groups[1].Value, match => long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"([a-z]+)=(\d+)")]
    private static partial Regex Pair();
}
