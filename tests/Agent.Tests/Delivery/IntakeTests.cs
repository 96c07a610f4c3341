// SPDX-License-Identifier: Apache-2.0
using Agent.Contract;
using Agent.Delivery;
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using Agent.Tests.Tracing;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace Agent.Tests.Delivery;

/// <summary>Spans that others send: what is accepted arrives, and what would not arrive is not accepted.</summary>
public sealed class IntakeTests : IDisposable
{
    private const int PerOffer = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan NoPatience = TimeSpan.FromMilliseconds(300);
    private static readonly CancellationToken Cancel = CancellationToken.None;
    private readonly string _folder = Directory.CreateTempSubdirectory("hilo-intake-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Full_memory_refuses_and_all_that_was_accepted_arrives()
    {
        var port = Receiver.FreePort();
        var ledger = new Ledger();
        using var pipeline = Start(Options(port) with { MaxQueueSpans = 100 }, ledger);
        var answers = await OfferAsync(pipeline, 30);
        var accepted = answers.Count(answer => answer == IntakeAnswer.Accepted);
        Assert.All(answers[accepted..], answer => Assert.Equal(IntakeAnswer.Full, answer));
        Assert.InRange(accepted, 10, 20); // the queue, and what had been taken from it

        // What is seen here does not push out what was promised.
        var resource = Exchanges.ResourceOf("own");
        for (var i = 0; i < 30; i++)
        {
            pipeline.Sink.Write(resource, Exchanges.Event(Role.Server), []);
            pipeline.Sink.Flush();
        }
        using var receiver = new Receiver(port: port);
        await pipeline.StopAsync(Patience);

        var balance = ledger.Balance(counter => counter == Counter.Emitted ? 30 : 0);
        Assert.Equal((accepted * PerOffer) + 30, balance.Seen);
        Assert.Equal((balance.Seen, 0), (receiver.Spans + balance.DroppedFor(DropReason.QueueFull), balance.InFlight));
        Assert.Equal(accepted * PerOffer, Services(receiver)["other"]);
        Assert.Equal(IntakeAnswer.Closing, Assert.Single(await OfferAsync(pipeline, 1)));
    }

    [Fact]
    public async Task What_was_accepted_is_on_disk()
    {
        var ledger = new Ledger();
        using var pipeline = Start(Options(Receiver.FreePort()) with { Spool = Spool() }, ledger);
        Assert.All(await OfferAsync(pipeline, 5), answer => Assert.Equal(IntakeAnswer.Accepted, answer));

        // As it is now, if the process ended here.
        var records = Directory.GetFiles(_folder, "*.spans").Select(File.ReadAllBytes).SelectMany(Records).ToList();
        Assert.Equal(5 * PerOffer, records.Sum(record => record.Spans));
        await pipeline.StopAsync(NoPatience);
        Assert.Equal("ledger: seen 50 = exported 0 + dropped 0 + in flight 0 + spooled 50; unsampled 0", ledger.Balance(_ => 0).ToString());
    }

    [Fact]
    public async Task A_full_disk_refuses_and_evicts_nothing()
    {
        var port = Receiver.FreePort();
        var ledger = new Ledger();
        using var pipeline = Start(Options(port) with { Spool = Spool() with { MaxBytes = 3 << 20 } }, ledger);
        var answers = await OfferAsync(pipeline, 40, size: 10_000);
        var accepted = answers.Count(answer => answer == IntakeAnswer.Accepted);
        Assert.InRange(accepted, 15, 25); // of 100 kB each, and a file is kept free

        using var receiver = new Receiver(port: port);
        await WaitUntilAsync(() => receiver.Spans == accepted * PerOffer);
        Assert.Equal(IntakeAnswer.Accepted, Assert.Single(await OfferAsync(pipeline, 1)));
        await pipeline.StopAsync(Patience);

        var balance = ledger.Balance(_ => 0);
        Assert.Equal(((accepted + 1) * PerOffer, 0, 0), (balance.Exported, balance.Dropped, balance.InFlight));
    }

    [Fact]
    public async Task A_receiver_that_is_away_does_not_hold_up_the_others()
    {
        using var receiver = new Receiver();
        var options = Options(receiver.Port) with { Spool = Spool() with { MaxBytes = 3 << 20 } };
        options = options with { Receivers = [options.Receivers[0], options.Receivers[0] with { Name = "away", Endpoint = Options(Receiver.FreePort()).Receivers[0].Endpoint }] };
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        for (var round = 1; round <= 4; round++)
        {
            Assert.All(await OfferAsync(pipeline, 10, size: 10_000), answer => Assert.Equal(IntakeAnswer.Accepted, answer));
            await WaitUntilAsync(() => ledger.Balances(_ => 0)[0].Exported == round * 10 * PerOffer); // it keeps up, and so there is room
        }
        await pipeline.StopAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(400, receiver.Spans);
        var away = ledger.Balances(_ => 0)[1];
        Assert.Equal((400, 0, 0), (away.DroppedFor(DropReason.Evicted) + away.Spooled, away.Exported, away.InFlight));
        Assert.InRange(away.DroppedFor(DropReason.Evicted), 1, 399);
    }

    [Fact]
    public async Task A_large_offer_becomes_many_batches()
    {
        using var receiver = new Receiver();
        var ledger = new Ledger();
        using var pipeline = Start(Options(receiver.Port) with { MaxRequestBytes = 100_000 }, ledger);
        var many = Enumerable.Range(0, 100).SelectMany(_ => Spans(1000)).ToArray();
        Assert.Equal(IntakeAnswer.Accepted, await pipeline.Intake.OfferAsync(many, 100 * PerOffer, Cancel));
        await pipeline.StopAsync(Patience);

        Assert.Equal(100 * PerOffer, receiver.Spans);
        Assert.All(receiver.Bodies, body => Assert.InRange(body.Length, 1, 100_000));
    }

    private static async Task<IntakeAnswer[]> OfferAsync(DeliveryPipeline pipeline, int times, int size = 100)
    {
        var spans = Spans(size);
        var answers = new List<Task<IntakeAnswer>>();
        for (var i = 0; i < times; i++)
        {
            answers.Add(pipeline.Intake.OfferAsync(spans, PerOffer, Cancel).AsTask());
        }
        return await Task.WhenAll(answers);
    }

    /// <summary>Ten spans of a service "other", of about that many bytes each.</summary>
    private static byte[] Spans(int size)
    {
        var scope = new ScopeSpans();
        for (var i = 0; i < PerOffer; i++)
        {
            scope.Spans.Add(new OpenTelemetry.Proto.Trace.V1.Span { Name = new string('n', size), TraceId = ByteString.CopyFrom(new byte[16]) });
        }
        var resource = new ResourceSpans { Resource = new(), ScopeSpans = { scope } };
        resource.Resource.Attributes.Add(new OpenTelemetry.Proto.Common.V1.KeyValue { Key = "service.name", Value = new() { StringValue = "other" } });
        return new ExportTraceServiceRequest { ResourceSpans = { resource } }.ToByteArray();
    }

    private static Dictionary<string, int> Services(Receiver receiver) =>
        receiver.Bodies.SelectMany(body => ExportTraceServiceRequest.Parser.ParseFrom(body).ResourceSpans)
            .GroupBy(resource => resource.Resource.Attributes.First(one => one.Key == "service.name").Value.StringValue)
            .ToDictionary(group => group.Key, group => group.Sum(resource => resource.ScopeSpans.Sum(scope => scope.Spans.Count)));

    private static List<SpoolRecord> Records(byte[] file)
    {
        var records = new List<SpoolRecord>();
        var cursor = new SpoolCursor(file);
        while (cursor.TryNext(out var record, out _))
        {
            records.Add(record);
        }
        return records;
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    private static DeliveryOptions Options(int port) => new()
    {
        Receivers = [new() { Name = "receiver", Endpoint = new Uri($"http://127.0.0.1:{port}/v1/traces") }],
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(100),
    };

    private static DeliveryPipeline Start(DeliveryOptions options, Ledger ledger)
    {
        var pipeline = DeliveryPipeline.Start(options, ledger, new Terminal(false, false, () => (80, 25)), Stream.Null, _ => { });
        _ = pipeline.Intake;
        return pipeline;
    }

    private SpoolOptions Spool() => new() { Directory = _folder, SyncInterval = TimeSpan.FromMilliseconds(20) };
}
