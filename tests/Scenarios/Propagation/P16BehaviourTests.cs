// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Propagation;

/// <summary>
/// Row P16: what every operation on a traced client socket returns, and with which errno, is what it returns untraced; the few that differ are named.
/// The cases are in Services/c/behaviour_cases.h; some wait for an answer, some read while nothing is asked.
/// </summary>
public sealed class P16BehaviourTests : Scenario
{
    /// <summary>
    /// What the kernel does to sockets in a sockmap and Hilo cannot hide: there a blocking socket is between two exchanges. A read that waits
    /// then, for no answer, and that something but data or the end interrupts, must be tried again. Reading nothing is no error, a second
    /// write after a reset says again that there was one, and one that was disconnected forgets why it has no data.
    /// </summary>
    private static readonly string[] Known =
    [
        "data_ready: recv(fd, block, 0, MSG_DONTWAIT) = 0",
        "idle_reset: recv(fd, block, 1000, 0) = -1 EAGAIN",
        "idle_reset: take(fd, 1000, 0) = -1 ECONNRESET",
        "idle_signal_restarts: recv(fd, block, 1000, 0) = -1 EAGAIN",
        "idle_signal_interrupts: recv(fd, block, 1000, 0) = -1 EAGAIN",
        "idle_stopped: recv(fd, block, 1000, 0) = -1 EAGAIN",
        "idle_shut: recv(fd, block, 1000, 0) = -1 EAGAIN",
        "send_timeout: send(fd, block, 1, 0) = -1 ECONNRESET",
        "questions: recv(fd, block, 1000, MSG_DONTWAIT) = -1 EAGAIN",
    ];

    [Theory]
    [InlineData("blocking", 0)]
    [InlineData("blocking", 2)]
    [InlineData("nonblocking", 0)]
    [InlineData("nonblocking", 2)]
    public void Every_result_and_errno_is_that_of_the_untraced_run(string mode, int before)
    {
        var peer = Sandbox.StartOutside(new ProgramStart(Build.C("behaviour"), "peer", Text(Programs.BackendPort)));
        peer.WaitFor(() => Sandbox.Network.IsListening(Programs.BackendPort), "listener");
        var start = new ProgramStart(Build.C("behaviour"), "client", Text(Programs.BackendPort), mode, Text(before)).Named("behaviour");
        var expected = Sandbox.StartOutside(start).Finish();
        var met = Lines(peer.Output);
        using var agent = new Agent(Sandbox);

        var printed = Sandbox.Start(start).Finish();
        var metTraced = Lines(peer.Output)[met.Length..];
        agent.Finish();

        Assert.EndsWith("\n0 ended otherwise than they should\n", expected, StringComparison.Ordinal);
        Assert.Equal(Lines(expected).Length, Lines(printed).Length);
        var different = Lines(expected).Zip(Lines(printed)).Where(pair => pair.First != pair.Second && !Known.Contains(pair.Second));
        Assert.True(!different.Any(), string.Join('\n', different.Select(pair => $"untraced {pair.First}\ntraced   {pair.Second}")));
        Assert.Equal(met.Order(), metTraced.Order());
        var requests = agent.Spans.Count(span => span.IsClient && span.Service == "behaviour");
        Assert.InRange(requests, Cases(before), int.MaxValue);
        Assert.Equal(requests, agent.Counter("injected") + agent.Skipped);
        Assert.InRange(agent.Counter("injected"), Cases(before) * 9 / 10, requests);
    }

    // Each case sends at least one request, and all of them those before it.
    private static int Cases(int before) =>
        (before + 1) * File.ReadLines(Path.Combine(Repository.Services, "c", "behaviour_cases.h")).Count(line => line.StartsWith("    BEHAVIOUR(", StringComparison.Ordinal));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
