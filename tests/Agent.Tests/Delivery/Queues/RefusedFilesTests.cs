// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Delivery.Queues;

/// <summary>What a receiver refuses for good is set aside, or it is counted that it could not be.</summary>
public sealed class RefusedFilesTests : SpoolRuns
{
    private const string OneOfFour = "ledger: seen 0 + recovered 20 = exported 15 + dropped 5 (rejected 5) + in flight 0 + spooled 0; unsampled 0";

    private string Refused => Path.Combine(Folder, "refused");

    [Fact]
    public async Task A_batch_that_is_refused_costs_no_other_and_is_set_aside()
    {
        Assert.Equal((OneOfFour, 0), await RefuseOneOfFourAsync());

        var spans = ExportTraceServiceRequest.Parser.ParseFrom(await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(Refused)), TestContext.Current.CancellationToken));
        Assert.Equal(5, Assert.Single(Assert.Single(spans.ResourceSpans).ScopeSpans).Spans.Count);
    }

    [Fact]
    public async Task Where_nothing_can_be_set_aside_that_is_counted_and_the_others_arrive()
    {
        await File.WriteAllTextAsync(Refused, "no folder", TestContext.Current.CancellationToken);

        Assert.Equal((OneOfFour, 5), await RefuseOneOfFourAsync());
        Assert.Contains(Log, line => line.Contains($"{Refused}: ", StringComparison.Ordinal) && line.EndsWith("; what is set aside is only counted", StringComparison.Ordinal));
    }

    [Fact]
    public void The_newest_hundred_are_kept_whole()
    {
        var files = new RefusedFiles(Refused, Log.Add);
        for (var i = 0; i < 105; i++)
        {
            Assert.True(files.TryAdd($"{i:d3}", [new byte[] { 1, 2 }, new byte[] { (byte)i }]));
            File.SetLastWriteTimeUtc(Path.Combine(Refused, $"{i:d3}"), DateTime.UnixEpoch.AddSeconds(i));
        }
        Assert.True(files.TryAdd("104", [new byte[] { 3 }]));
        Assert.Equal(Enumerable.Range(5, 100).Select(i => $"{i:d3}"), Directory.GetFiles(Refused).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
        Assert.Equal([1, 2, 100], File.ReadAllBytes(Path.Combine(Refused, "100")));
        Assert.Equal([3], File.ReadAllBytes(Path.Combine(Refused, "104")));
    }

    private async Task<(string Ledger, long NotSetAside)> RefuseOneOfFourAsync()
    {
        var seen = 0;
        using var receiver = new Receiver((_, response) =>
        {
            response.StatusCode = Interlocked.Increment(ref seen) is 1 or 3 or 4 ? 400 : 200; // the four, the second two, the third
            return Task.CompletedTask;
        });
        await RunAsync(Options(Receiver.FreePort()), batches: 4, NoPatience);
        var ledger = new Ledger();
        using var pipeline = Start(Options(receiver.Port), ledger);
        await pipeline.StopAsync(Patience);
        Assert.Equal((5, 15), (receiver.Requests, receiver.Spans));
        var balance = ledger.Balances(Emitted(0))[0];
        return (balance.ToString(), balance.NotSetAside);
    }
}
