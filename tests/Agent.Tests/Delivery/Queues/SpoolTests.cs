// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Tests.Delivery.Queues;

/// <summary>A queue on disk, from the batch to the receiver and over restarts. Each batch is a record of its own.</summary>
public sealed class SpoolTests : SpoolRuns
{
    [Fact]
    public async Task A_receiver_that_keeps_up_costs_no_disk()
    {
        using var receiver = new Receiver();

        // Longer than this test: a span is written when it has not been received by then.
        var ledger = await RunAsync(Options(receiver.Port) with { Spool = Spool() with { SyncInterval = TimeSpan.FromMinutes(1) } }, batches: 20);

        Assert.Equal(100, receiver.Spans);
        Assert.Equal("ledger: seen 100 = exported 100 + dropped 0 + in flight 0 + spooled 0; unsampled 0", ledger);
        Assert.Empty(Segments());
        Assert.Empty(Log);
    }

    [Fact]
    public async Task What_a_receiver_did_not_get_it_gets_from_the_next_run()
    {
        var port = Receiver.FreePort();
        Assert.Equal(
            "ledger: seen 100 = exported 0 + dropped 0 + in flight 0 + spooled 100; unsampled 0", await RunAsync(Options(port), batches: 20, NoPatience));
        Assert.Equal(
            "ledger: seen 50 + recovered 100 = exported 0 + dropped 0 + in flight 0 + spooled 150; unsampled 0",
            await RunAsync(Options(port), batches: 10, NoPatience));

        using var receiver = new Receiver(port: port);

        Assert.Equal(
            "ledger: seen 5 + recovered 150 = exported 155 + dropped 0 + in flight 0 + spooled 0; unsampled 0", await RunAsync(Options(port), batches: 1));
        Assert.Equal("ledger: seen 0 = exported 0 + dropped 0 + in flight 0 + spooled 0; unsampled 0", await RunAsync(Options(port), batches: 0));
        Assert.Equal(155, receiver.Spans);
    }

    [Fact]
    public async Task A_receiver_that_is_away_delays_no_other_and_gets_all_later()
    {
        using var present = new Receiver();
        var port = Receiver.FreePort();
        var options = Options(present.Port) with { Receivers = [Target("here", present.Port), Target("away", port)] };
        var ledger = new Ledger();
        using (var pipeline = Start(options, ledger))
        {
            Write(pipeline, 20);
            await WaitUntilAsync(() => present.Spans == 100);
            await pipeline.StopAsync(NoPatience);
        }
        Assert.Equal(
        [
            "ledger of here: seen 100 = exported 100 + dropped 0 + in flight 0 + spooled 0; unsampled 0",
            "ledger of away: seen 100 = exported 0 + dropped 0 + in flight 0 + spooled 100; unsampled 0",
        ], Balances(ledger, 100));

        using var back = new Receiver(port: port);
        ledger = new Ledger();
        using (var pipeline = Start(options, ledger))
        {
            await pipeline.StopAsync(Patience);
        }

        Assert.Equal((100, 100), (present.Spans, back.Spans));
        Assert.Equal(
        [
            "ledger of here: seen 0 = exported 0 + dropped 0 + in flight 0 + spooled 0; unsampled 0",
            "ledger of away: seen 0 + recovered 100 = exported 100 + dropped 0 + in flight 0 + spooled 0; unsampled 0",
        ], Balances(ledger, 0));
    }

    [Fact]
    public async Task A_receiver_that_lags_behind_catches_up_from_the_files_while_spans_go_on()
    {
        var gate = new TaskCompletionSource();
        using var receiver = new Receiver((_, _) => gate.Task);
        var ledger = new Ledger();
        using var pipeline = Start(Options(receiver.Port) with { MaxRequestSpans = 50 }, ledger);
        for (var i = 0; i < 300; i++)
        {
            Write(pipeline, 1);
            await Task.Delay(i % 50 == 0 ? 20 : 0);
        }
        await WaitUntilAsync(() => Segments().Length > 0);
        gate.SetResult();
        Write(pipeline, 100);
        await pipeline.StopAsync(Patience);

        Assert.Equal(2000, receiver.Spans);
        Assert.Equal(["ledger: seen 2000 = exported 2000 + dropped 0 + in flight 0 + spooled 0; unsampled 0"], Balances(ledger, 2000));
    }

    /// <summary>A crash may leave the last write at any length.</summary>
    [Fact]
    public async Task A_torn_end_costs_what_was_torn()
    {
        var port = Receiver.FreePort();
        await RunAsync(Options(port), batches: 3, NoPatience);
        var segment = Assert.Single(Segments());
        var whole = await File.ReadAllBytesAsync(segment);
        var third = whole.Length / 3 * 2; // records of one size
        foreach (var length in new[] { third + 1, third + 8, third + 31, third + 32, third + 33, whole.Length - 9 })
        {
            await File.WriteAllBytesAsync(segment, whole[..length]);
            using var receiver = new Receiver();
            Log.Clear();

            Assert.Equal(
                "ledger: seen 5 + recovered 10 = exported 15 + dropped 0 + in flight 0 + spooled 0; unsampled 0",
                await RunAsync(Options(receiver.Port), batches: 1));
            Assert.Equal(15, receiver.Spans);
            Assert.Contains($"the last {length - third} bytes were not written whole", Assert.Single(Log), StringComparison.Ordinal);
            Clear();
        }
    }

    /// <summary>Whatever bit flips, in a header or in what follows it: the batches beside are received, the loss is counted.</summary>
    [Fact]
    public async Task A_damaged_record_costs_its_own_spans()
    {
        var port = Receiver.FreePort();
        await RunAsync(Options(port), batches: 4, NoPatience);
        var segment = Assert.Single(Segments());
        var whole = await File.ReadAllBytesAsync(segment);
        var size = whole.Length / 4;
        foreach (var place in new[] { 0, 4, 8, 16, 20, 23, 24, 32, 100, size / 2 })
        {
            var damaged = (byte[])whole.Clone();
            damaged[size + place] ^= 0x10;
            await File.WriteAllBytesAsync(segment, damaged);
            using var receiver = new Receiver();

            Assert.Equal(
                "ledger: seen 0 + recovered 20 = exported 15 + dropped 5 (corrupt 5) + in flight 0 + spooled 0; unsampled 0",
                await RunAsync(Options(receiver.Port), batches: 0));
            Assert.Equal(15, receiver.Spans);
            Clear();
        }
    }

    [Fact]
    public async Task Files_never_take_more_than_they_may()
    {
        var options = Options(Receiver.FreePort()) with { Spool = Spool() with { MaxBytes = 2 << 20 } };
        var ledger = new Ledger();
        using (var pipeline = Start(options, ledger))
        {
            for (var i = 0; i < 60; i++)
            {
                Write(pipeline, 20, 50);
                await Task.Delay(10);
            }
            await pipeline.StopAsync(NoPatience);
        }
        var balance = ledger.Balances(Emitted(60_000))[0];
        var spooled = balance.Spooled!.Value;
        Assert.Equal((0, 60_000), (balance.InFlight, spooled + balance.DroppedFor(DropReason.Evicted)));
        Assert.InRange(Segments().Sum(path => new FileInfo(path).Length), 1 << 20, (2 << 20) + (1 << 20));

        using var receiver = new Receiver();
        var line = await RunAsync(options with { Receivers = [Target("receiver", receiver.Port)] }, batches: 0);

        Assert.InRange(spooled, 1000, 59_000);
        Assert.Equal(spooled, receiver.Spans);
        Assert.Equal($"ledger: seen 0 + recovered {spooled} = exported {spooled} + dropped 0 + in flight 0 + spooled 0; unsampled 0", line);
    }

    [Fact]
    public async Task What_made_room_is_counted_once()
    {
        using var present = new Receiver();
        var options = Options(present.Port) with
        {
            Receivers = [Target("here", present.Port), Target("away", Receiver.FreePort())],
            Spool = Spool() with { MaxBytes = 2 << 20 },
        };
        var ledger = new Ledger();
        using (var pipeline = Start(options, ledger))
        {
            for (var i = 0; i < 60; i++)
            {
                Write(pipeline, 20, 50);
                await WaitUntilAsync(() => present.Spans == 1000 * (i + 1));
            }
            await pipeline.StopAsync(TimeSpan.FromSeconds(2));
        }

        var (here, away) = (ledger.Balances(Emitted(60_000))[0], ledger.Balances(Emitted(60_000))[1]);
        Assert.Equal((60_000, 0, 0), (here.Exported, here.Dropped, here.InFlight));
        Assert.Equal((0, 0), (away.Exported, away.InFlight));
        Assert.Equal(60_000, away.Spooled + away.DroppedFor(DropReason.Evicted));
        Assert.InRange(away.Spooled!.Value, 1000, 30_000);
    }

    [Theory]
    [InlineData(null, 72, 72)]
    [InlineData(48, 46, 54)]
    public async Task An_outage_of_three_days_costs_only_what_is_older_than_it_may_be(int? maxHours, int least, int most)
    {
        const int HoursAway = 72;
        const int PerHour = 10;
        var time = new ManualTime();
        var port = Receiver.FreePort();
        var options = Options(port) with { Spool = Spool() with { Time = time, MaxAge = maxHours is { } hours ? TimeSpan.FromHours(hours) : null } };
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        for (var hour = 1; hour <= HoursAway; hour++)
        {
            Write(pipeline, 2);
            var seen = hour * PerHour;
            await WaitUntilAsync(() => Balance(seen) is var now && now.Spooled + now.Dropped == seen);
            time.Advance((long)TimeSpan.FromHours(1).TotalMilliseconds);
        }
        using var receiver = new Receiver(port: port);
        await pipeline.StopAsync(Patience);

        var balance = Balance(HoursAway * PerHour);
        Assert.InRange(balance.Exported, least * PerHour, most * PerHour);
        Assert.Equal(balance.Exported, receiver.Spans);
        Assert.Equal((HoursAway * PerHour, 0), (balance.Exported + balance.DroppedFor(DropReason.Evicted), balance.InFlight));

        LedgerBalance Balance(long seen) => ledger.Balances(Emitted(seen))[0];
    }

    [Theory]
    [InlineData(+1000)]
    [InlineData(-1000)]
    public async Task A_clock_that_was_set_while_the_agent_was_away_makes_nothing_younger_than_now(int days)
    {
        var port = Receiver.FreePort();
        var options = Options(port) with { Spool = Spool() with { MaxAge = TimeSpan.FromDays(2000) } };
        await RunAsync(options, batches: 10, NoPatience);
        foreach (var path in Segments())
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(days));
        }

        using var receiver = new Receiver(port: port);
        Assert.Equal("ledger: seen 5 + recovered 50 = exported 55 + dropped 0 + in flight 0 + spooled 0; unsampled 0", await RunAsync(options, batches: 1));
    }

    [Fact]
    public async Task Only_one_agent_uses_a_directory()
    {
        using var receiver = new Receiver();
        using var first = Start(Options(receiver.Port), new Ledger());

        var refused = Assert.ThrowsAny<FormatException>(() => Start(Options(receiver.Port), new Ledger()));

        Assert.StartsWith($"HILO_QUEUE=disk:{Folder} cannot be used: ", refused.Message, StringComparison.Ordinal);
        await first.StopAsync(Patience);
    }
}
