// SPDX-License-Identifier: Apache-2.0
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>Row D02: the agent is killed, or its disk is full, while the receiver is away.</summary>
public sealed class D02SpoolTests : Scenario
{
    private const int ReceiverPort = 4319;
    private const int Port = 8080;
    private int _asked;

    /// <summary>Spans that are on disk outlive a SIGKILL, whenever it comes, and none arrives twice.</summary>
    [Fact]
    public void A_killed_agent_loses_nothing_that_was_spooled()
    {
        const int Kills = 4;
        const int Requests = 50;
        using var agent = Start(Sandbox.PathOf("queue"));
        for (var kill = 0; kill < Kills; kill++)
        {
            Ask(Requests);
            agent.Program.WaitFor(() => agent.Balance().Spooled == 2 * _asked, $"{2 * _asked} spans on disk", 20);
            agent.Kill();
            agent.Restart();
        }

        // In the middle of whatever it does: what was not written yet may be lost, and what is there stays readable.
        Ask(Requests);
        agent.Kill();
        using var receiver = new OtlpReceiver(Sandbox.Network, ReceiverPort);
        agent.Restart();
        var spans = receiver.WaitFor(spans => spans.Count >= 2 * Kills * Requests);
        Assert.Equal(0, agent.Program.Stop(Native.SigTerm));

        var ledger = Ledger.Find(agent.Program.Errors)!;
        spans = receiver.Spans;
        Assert.InRange(spans.Count, 2 * Kills * Requests, 2 * _asked);
        Assert.Equal(spans.Count, spans.Select(span => (span.TraceId, span.SpanId)).Distinct().Count());
        Assert.Equal((spans.Count, spans.Count, 0, 0), (ledger.Recovered + ledger.Seen, ledger.Exported, ledger.Dropped + ledger.Spooled, ledger.Unexplained));
    }

    /// <summary>What the disk does not take waits in memory; the agent says so once and goes on.</summary>
    [Fact]
    public void A_full_disk_costs_nothing_while_memory_lasts()
    {
        const int Requests = 2000;
        var queue = Sandbox.PathOf("queue");
        Directory.CreateDirectory(queue);
        Sandbox.StartOutside(new ProgramStart("mount", "-t", "tmpfs", "-o", "size=512k", "none", queue)).Finish();
        try
        {
            using var agent = Start(queue);
            Ask(Requests);
            agent.Program.WaitFor(() => agent.Program.Errors.Contains("No space left on device", StringComparison.Ordinal), "complaint", 20);
            Assert.InRange(agent.Balance().Spooled, 1, (2 * Requests) - 1);

            using var receiver = new OtlpReceiver(Sandbox.Network, ReceiverPort);
            receiver.WaitFor(spans => spans.Count == 2 * Requests, 30);
            Assert.Equal(0, agent.Program.Stop(Native.SigTerm));

            var ledger = Ledger.Find(agent.Program.Errors)!;
            Assert.Equal(2 * Requests, receiver.Spans.Count);
            Assert.Equal((2 * Requests, 0, 0), (ledger.Exported, ledger.Dropped + ledger.Spooled, ledger.Unexplained));
            Assert.Single(agent.Program.Errors.Split('\n'), line => line.Contains("No space left on device", StringComparison.Ordinal));
        }
        finally
        {
            Sandbox.StartOutside(new ProgramStart("umount", "-l", queue)).Finish();
        }
    }

    private Agent Start(string queue)
    {
        var agent = new Agent(
            Sandbox, ("HILO_QUEUE", $"disk:{queue}"), ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://127.0.0.1:{ReceiverPort}"));
        Sandbox.Serve(Programs.Nginx(Sandbox.Folder, $"listen {Port}; location / {{ return 200 ok; }}").Named("server"), Port);
        return agent;
    }

    private void Ask(int requests)
    {
        Sandbox.Start(Programs.Client("curl", $"http://127.0.0.1:{Port}", requests, 0, $"a{_asked}", Sandbox.Folder).Named("client")).Finish();
        _asked += requests;
    }
}
