// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery;
using Agent.Diagnostics;

namespace Agent.Tests.Delivery.Queues;

/// <summary>A receiver that lags behind gets its spans from files, whatever is wrong with those.</summary>
public sealed class SpoolReadingTests : SpoolRuns
{
    /// <summary>Others may send that much at once.</summary>
    [Fact]
    public async Task A_record_longer_than_a_request_may_be_is_read_back()
    {
        await RunAsync(Options(Receiver.FreePort()), batches: 2, NoPatience, spans: 1000);
        Assert.True(new FileInfo(Assert.Single(Segments())).Length > 2 * 100_000);
        using var receiver = new Receiver();

        Assert.Equal(
            "ledger: seen 0 + recovered 2000 = exported 2000 + dropped 0 + in flight 0 + spooled 0; unsampled 0",
            await RunAsync(Options(receiver.Port) with { MaxRequestBytes = 1000 }, batches: 0));
        Assert.Equal(2000, receiver.Spans);
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_for_a_while_costs_nothing()
    {
        var port = Receiver.FreePort();
        var ledger = new Ledger();
        using var pipeline = await StartWithTwoFilesAsync(port, ledger);
        var second = Segments().Order(StringComparer.Ordinal).Last();
        File.Move(second, second + ".away");
        Directory.CreateDirectory(second);
        using var receiver = new Receiver(port: port);
        await WaitUntilAsync(() => receiver.Spans == 10 && Said("cannot be read"));
        Directory.Delete(second);
        File.Move(second + ".away", second);

        await WaitUntilAsync(() => receiver.Spans == 20);
        await pipeline.StopAsync(Patience);
        Assert.Equal("ledger: seen 0 + recovered 20 = exported 20 + dropped 0 + in flight 0 + spooled 0; unsampled 0", ledger.Balances(Emitted(0))[0].ToString());
    }

    [Fact]
    public async Task A_file_that_somebody_has_deleted_costs_its_own_spans()
    {
        var port = Receiver.FreePort();
        var ledger = new Ledger();
        using var pipeline = await StartWithTwoFilesAsync(port, ledger);
        File.Delete(Segments().Order(StringComparer.Ordinal).Last());
        using var receiver = new Receiver(port: port);

        await WaitUntilAsync(() => ledger.Balances(Emitted(0))[0].DroppedFor(DropReason.Corrupt) > 0, seconds: 20);
        await pipeline.StopAsync(Patience);
        Assert.Equal(
            "ledger: seen 0 + recovered 20 = exported 10 + dropped 10 (corrupt 10) + in flight 0 + spooled 0; unsampled 0",
            ledger.Balances(Emitted(0))[0].ToString());
        Assert.True(Said("cannot be read"));
    }

    // Each run begins a file of its own.
    private async Task<DeliveryPipeline> StartWithTwoFilesAsync(int port, Ledger ledger)
    {
        await RunAsync(Options(port), batches: 2, NoPatience);
        await RunAsync(Options(port), batches: 2, NoPatience);
        Assert.Equal(2, Segments().Length);
        return Start(Options(port), ledger);
    }

    private bool Said(string text)
    {
        lock (Log)
        {
            return Log.Exists(line => line.Contains(text, StringComparison.Ordinal));
        }
    }
}
