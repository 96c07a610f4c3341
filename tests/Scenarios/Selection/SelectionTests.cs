// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Selection;

/// <summary>Who is traced, and that nobody else is touched.</summary>
public sealed class SelectionTests : Scenario
{
    private const int Count = 20;

    [Fact]
    public void What_is_outside_the_cgroup_is_neither_seen_nor_touched()
    {
        var recorder = new Recorder(Sandbox, traced: false);
        using var agent = new Agent(Sandbox);

        var added = Play(Talk(), recorder, traced: false);
        var ledger = agent.Finish();

        Assert.All(added, Assert.Null);
        Assert.Equal((0, 0), (ledger.Seen, ledger.Unsampled));
        Assert.Equal(0, agent.Skipped);
    }

    [Fact]
    public void With_propagation_disabled_requests_are_seen_and_not_touched()
    {
        var recorder = new Recorder(Sandbox, traced: true);
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_BPF_CONTEXT_PROPAGATION", "disabled"));

        var added = Play(Talk(), recorder);
        agent.Finish();

        Assert.All(added, Assert.Null);
        Assert.Equal((Count, Count), (agent.Spans.Count(span => span.IsClient), agent.Spans.Count(span => span.IsServer)));
        Assert.Equal(0, agent.Counter("injected"));
    }

    [Theory]
    [InlineData("8001", "a")]
    [InlineData("8000-8001,9000", "a")]
    [InlineData("8001-8002", "ab")]
    public void By_open_port(string ports, string expected)
    {
        ArgumentNullException.ThrowIfNull(expected);
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("a"), 8001);
        Sandbox.Serve(Programs.Server("python", 8002, Sandbox.Folder).Named("b"), 8002);
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_OPEN_PORT", ports), ("OTEL_EBPF_AUTO_TARGET_EXE", null));
        foreach (var port in new[] { 8001, 8002 })
        {
            Sandbox.Start(Programs.Client("curl", $"http://127.0.0.1:{port}", Count, 0, "x", Sandbox.Folder).Named("curl")).Finish();
        }

        agent.Finish();

        Assert.Equal(expected.Select(letter => letter.ToString()), agent.Spans.Select(span => span.Service).Distinct().Order());
        Assert.All(agent.Spans, span => Assert.True(span.IsServer));
        Assert.Equal(expected.Length * Count, agent.Spans.Count);
    }

    [Fact]
    public void By_executable_also_one_that_starts_later()
    {
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_AUTO_TARGET_EXE", "*/{node,no-such-program}"));
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("python"), 8001);
        Sandbox.Serve(Programs.Server("node", 8002, Sandbox.Folder).Named("node"), 8002);
        foreach (var port in new[] { 8001, 8002 })
        {
            Sandbox.StartOutside(Programs.Client("curl", $"http://127.0.0.1:{port}", Count, 0, "x", Sandbox.Folder)).Finish();
        }

        agent.Finish();

        Assert.Equal(Count, agent.Spans.Count);
        Assert.All(agent.Spans, span => Assert.Equal("node", span.Service));
    }

    [Fact]
    public void Without_being_told_every_process_that_serves()
    {
        Sandbox.Serve(Programs.Server("python", 8001, Sandbox.Folder).Named("before"), 8001);
        using var agent = new Agent(Sandbox, ("OTEL_EBPF_AUTO_TARGET_EXE", null));
        Sandbox.Serve(Programs.Server("python", 8002, Sandbox.Folder).Named("after"), 8002);
        Thread.Sleep(300);
        var url = Uri.EscapeDataString("http://127.0.0.1:8002/headers?id=1");
        for (var i = 0; i < Count; i++)
        {
            Sandbox.StartOutside(new ProgramStart("curl", "-sS", "--fail", "-o", "/dev/null", $"http://127.0.0.1:8001/hop?next={url}")).Finish();
        }

        agent.Finish();

        Assert.Equal(3 * Count, agent.Spans.Count);
        Assert.Equal(Count, agent.Spans.Select(span => span.TraceId).Distinct().Count());
        Assert.Equal(["after", "before"], agent.Spans.Select(span => span.Service).Distinct().Order());
    }

    private static Conversation Talk()
    {
        var talk = new Conversation();
        for (var i = 0; i < Count; i++)
        {
            talk.Send(i % 2 == 0 ? Request.Get($"/s?id={i}") : Request.Post($"/s?id={i}", Request.Body(300)));
        }

        return talk;
    }
}
