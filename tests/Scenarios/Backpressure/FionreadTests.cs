// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Backpressure;

/// <summary>On some kernels FIONREAD says 0 for a socket in a sockmap. Who relies on it must never come to feel that.</summary>
public sealed class FionreadTests : Scenario
{
    [Fact]
    public void A_client_that_sizes_its_reads_by_it_is_traced_and_never_stalls()
    {
        const int Count = 700;
        _ = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox);

        Assert.Contains($"ok {Count}", Sandbox.Start(new ProgramStart(Build.C("fionread"), "8080", $"{Count}").Named("fionread")).Finish(), StringComparison.Ordinal);
        agent.Finish();

        Assert.Equal(Count, agent.Spans.Count(span => span.IsClient && span.Service == "fionread"));
        Assert.Equal(Count, agent.Spans.Count(span => span.IsServer));
        Assert.True(agent.Counter("injected") > 0, "not one request carried a context");
        Assert.Equal(Count, agent.Counter("injected") + agent.Skipped);
    }

    [Fact]
    public void A_client_already_at_work_when_the_agent_comes_never_stalls()
    {
        _ = new Recorder(Sandbox, traced: true);
        var stop = Sandbox.PathOf("stop");
        var client = Sandbox.Start(new ProgramStart(Build.C("fionread"), "8080", "1000000", stop).Named("fionread"));
        Thread.Sleep(200);
        using var agent = new Agent(Sandbox);
        Thread.Sleep(2000);
        File.WriteAllText(stop, "");

        Assert.Contains("ok ", client.Finish(10), StringComparison.Ordinal);
        agent.Finish();

        Assert.True(agent.Spans.Any(span => span.IsClient) || agent.Counter("stream_existed") > 0, "the client was neither traced nor counted");
    }

    [Theory]
    [InlineData(10_000)]
    [InlineData(300_000)]
    [InlineData(20_000_000)]
    public void A_proxy_never_hangs_on_a_large_answer(int size)
    {
        const int ProxyPort = 8000;
        _ = new Recorder(Sandbox, traced: true);
        Sandbox.Serve(Programs.Proxy(ProxyPort, Programs.BackendPort, Sandbox.Folder), ProxyPort);
        using var agent = new Agent(Sandbox);

        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ProxyPort}/size/{size}?id=[1-10]");
        var printed = Sandbox.StartOutside(new ProgramStart(
            "curl", "-sS", "--fail", "-m", "20", "-o", "/dev/null", "-w", "%{size_download}\\n", url)).Finish();
        agent.Finish();

        Assert.Equal(Enumerable.Repeat(size.ToString(CultureInfo.InvariantCulture), 10), printed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(10, agent.Spans.Count(span => span.IsClient && span.Service == "nginx"));
    }
}
