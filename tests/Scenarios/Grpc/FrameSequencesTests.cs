// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text.RegularExpressions;
using Scenarios.Harness;

namespace Scenarios.Grpc;

/// <summary>
/// Whatever frames a client of HTTP/2 sends, and however they are cut into system calls: what arrives is what was sent, plus exactly
/// the announced field, and nghttp2 reads it. The connections are those of Services/c/frames_random.h, compared by
/// Services/c/h2_receiver.c. A normal run takes 3,000 of them; <c>HILO_SEQUENCES=100000</c> takes as many as that says.
/// </summary>
public sealed partial class FrameSequencesTests : Scenario
{
    private const int Pairs = 2;
    private const int FirstPort = 8100;

    private static readonly int Count =
        int.Parse(Environment.GetEnvironmentVariable("HILO_SEQUENCES") is { Length: > 0 } text ? text : "3000", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_arrives_is_what_was_sent_and_the_announced_field(int seed)
    {
        var share = Count / 2 / Pairs;
        var receivers = Each(pair => Receive(pair, seed, share));
        using var agent = new Agent(Sandbox, ("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "0.01"));

        var senders = Each(pair => Sandbox.Start(new ProgramStart(
            Build.C("h2_sender"), Text(FirstPort + pair), Seed(seed, pair), "0", Text(share)).Named("sender")));
        var results = receivers.Select(receiver => Sums(receiver.Finish(60 + (Count / 50)))).ToArray();
        var printed = senders.Select(sender => sender.Finish(10)).ToArray();
        var injected = agent.Counter("injected");
        var ledger = agent.Finish(mayDrop: true);

        Assert.All(printed, text => Assert.Equal("ok\n", text));
        var sums = results.SelectMany(result => result).ToLookup(sum => sum.Key, sum => sum.Value);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", sums.Select(sum => $"{sum.Sum()} {sum.Key}")));
        var (requests, own, places, added) = (sums["requests"].Sum(), sums["own"].Sum(), sums["places"].Sum(), sums["added"].Sum());
        Assert.Equal(added, injected);
        Assert.Equal(requests, ledger.Seen + ledger.Unsampled);
        Assert.Equal(requests, injected + agent.Counter("adopted") + agent.Skipped);
        Assert.Equal(0, agent.Counter("rewritten"));
        Assert.True(added > places / 2, $"only {added} of {places} requests had a field added: this would prove little");
        Assert.True(agent.Counter("adopted") > own * 9 / 10, $"only {agent.Counter("adopted")} of {own} contexts were found");
    }

    private RunningProgram Receive(int pair, int seed, int count)
    {
        var receiver = Sandbox.StartOutside(new ProgramStart(Build.C("h2_receiver"), Text(FirstPort + pair), Seed(seed, pair), "0", Text(count)));
        receiver.WaitFor(() => Sandbox.Network.IsListening(FirstPort + pair), "listener");
        return receiver;
    }

    private static T[] Each<T>(Func<int, T> make) => [.. Enumerable.Range(0, Pairs).Select(make)];

    private static string Seed(int seed, int pair) => Text((100 * seed) + pair);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static Dictionary<string, long> Sums(string line) => Pair().Matches(line).ToDictionary(
        match => match.Groups[1].Value, match => long.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"([a-z]+)=(\d+)")]
    private static partial Regex Pair();
}
