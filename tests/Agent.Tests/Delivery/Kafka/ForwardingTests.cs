// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Delivery.Kafka;
using Agent.Diagnostics;
using Agent.Tests.Delivery.Exporters;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Delivery.Kafka;

/// <summary>Out of a topic, to receivers that come and go, by members of a group that come and go.</summary>
public sealed class ForwardingTests : IDisposable
{
    private static readonly CancellationToken Cancel = CancellationToken.None;
    private readonly KafkaCluster _cluster = new(brokers: 3);
    private readonly ConcurrentQueue<string> _log = new();

    // A group of the cluster waits for members that left, for as long as their session lasts.
    private readonly Dictionary<string, string> _settings = new() { ["HILO_KAFKA_SESSION_TIMEOUT"] = "2s" };

    public void Dispose() => _cluster.Dispose();

    [Fact]
    public async Task Every_span_reaches_both_receivers_and_one_that_is_away_delays_no_other()
    {
        using var first = new Receiver();
        var port = Receiver.FreePort();
        await WriteAsync(0, 20);
        var ledger = new Ledger();
        using var forwarding = Start(ledger, first.Port, port);
        await WaitUntilAsync(() => first.Spans == 1000, forwarding);
        await WriteAsync(20, 40);
        await WaitUntilAsync(() => first.Spans == 2000, forwarding);
        await WaitUntilAsync(() => forwarding.Sources[0].Lag == 0 && forwarding.Sources[1].Lag > 0, forwarding);

        using var second = new Receiver(port: port);
        await WaitUntilAsync(() => second.Spans == 2000, forwarding);
        await WaitUntilAsync(() => forwarding.Sources.All(source => source.Lag == 0), forwarding);
        await forwarding.StopAsync(TimeSpan.FromSeconds(2));
        AssertAll(40, first);
        AssertAll(40, second);
        Assert.All(ledger.Balances(_ => 0), balance => Assert.Equal((2000, 2000, 0, 0), (balance.Seen, balance.Exported, balance.Dropped, balance.InFlight)));
    }

    [Fact]
    public async Task What_a_receiver_did_not_take_comes_again_after_a_restart_and_what_it_took_does_not()
    {
        await WriteAsync(0, 10);
        using var receiver = new Receiver((_, response) => Task.CompletedTask);
        using (var one = Start(new Ledger(), receiver.Port))
        {
            await WaitUntilAsync(() => receiver.Spans == 500, one);
            await one.StopAsync(TimeSpan.FromSeconds(2));
        }
        await WriteAsync(10, 20);
        var port = Receiver.FreePort();
        var away = new Ledger();
        using (var two = Start(away, port))
        {
            await WaitUntilAsync(() => away.Balance(_ => 0).InFlight > 0, two);
            var began = Environment.TickCount64;
            await two.StopAsync(TimeSpan.FromSeconds(1));
            Assert.InRange(Environment.TickCount64 - began, 0, 6000);
        }
        Assert.Equal("ledger: seen 0 = exported 0 + dropped 0 + in flight 0; unsampled 0", away.Balance(_ => 0).ToString());
        var ledger = new Ledger();
        using var returned = new Receiver(port: port);
        using var three = Start(ledger, port);
        await WaitUntilAsync(() => returned.Spans >= 500, three);
        await three.StopAsync(TimeSpan.FromSeconds(2));

        Assert.Equal(KafkaSpans.Whole(Enumerable.Range(10, 10).Select(Batch).Select(ExportTraceServiceRequest.Parser.ParseFrom)), Whole(returned));
        Assert.Equal((500, 500), (ledger.Balance(_ => 0).Seen, ledger.Balance(_ => 0).Exported));
    }

    [Fact]
    public async Task Members_that_come_and_go_lose_nothing()
    {
        using var receiver = new Receiver(async (_, _) => await Task.Delay(20));
        var ledgers = new[] { new Ledger(), new Ledger(), new Ledger() };
        using var one = Start(ledgers[0], receiver.Port);
        await WriteAsync(0, 20);
        await WaitUntilAsync(() => one.Sources[0].Partitions == 4, one);
        using (var two = Start(ledgers[1], receiver.Port))
        {
            await WaitUntilAsync(() => (one.Sources[0].Partitions, two.Sources[0].Partitions) == (2, 2), two);
            await WriteAsync(20, 40);
            await WaitUntilAsync(() => Distinct(receiver) == 2000, two);
            Assert.All(ledgers[..2], ledger => Assert.InRange(ledger.Balance(_ => 0).Exported, 1, 2000));
            await two.StopAsync(TimeSpan.FromSeconds(2));
        }
        await WaitUntilAsync(() => one.Sources[0].Partitions == 4, one);
        await WriteAsync(40, 60);
        await WaitUntilAsync(() => Distinct(receiver) == 3000, one);
        await one.StopAsync(TimeSpan.FromSeconds(2));
        Assert.All(ledgers, ledger => Assert.Equal((0, 0), (ledger.Balance(_ => 0).InFlight, ledger.Balance(_ => 0).Dropped)));

        // All of it is done with: nothing is left for another.
        using var last = Start(ledgers[2], receiver.Port);
        await WaitUntilAsync(() => last.Sources[0].Partitions == 4, last);
        await Task.Delay(1000, Cancel);
        Assert.Equal(0, ledgers[2].Balance(_ => 0).Seen);
    }

    [Fact]
    public async Task A_message_that_is_no_span_is_said_counted_and_set_aside()
    {
        using var receiver = new Receiver();
        using var refused = new Folder();
        _settings["HILO_KAFKA_REFUSED"] = refused.Path;
        using (var producer = new KafkaProducer(Topic(), 1_000_000, (_, error) => Assert.Equal(KafkaError.None, error)))
        {
            for (var i = 0; i < 8; i++)
            {
                Assert.True(producer.TrySend(i, [(byte)i], "this is not OTLP"u8));
            }
            producer.Flush(TimeSpan.FromSeconds(10));
        }
        await WriteAsync(0, 4);
        var ledger = new Ledger();
        using (var forwarding = Start(ledger, receiver.Port))
        {
            await WaitUntilAsync(() => receiver.Spans == 200 && forwarding.Sources[0].Unreadable == 8 && forwarding.Sources[0].Lag == 0, forwarding);
            await forwarding.StopAsync(TimeSpan.FromSeconds(2));
        }
        Assert.Contains(_log, line => line.Contains("partition", StringComparison.Ordinal) && line.Contains("not an ExportTraceServiceRequest", StringComparison.Ordinal));
        var files = Directory.GetFiles(refused.Path, "r0-traces-?-*.message");
        Assert.Equal(8, files.Length);
        Assert.All(files, file => Assert.Equal("this is not OTLP", File.ReadAllText(file)));
        using var again = Start(new Ledger(), receiver.Port);
        await WaitUntilAsync(() => again.Sources[0].Partitions == 4, again);
        await Task.Delay(1000, Cancel);
        Assert.Equal((0, 200), (again.Sources[0].Unreadable, receiver.Spans));
    }

    [Fact]
    public async Task What_a_receiver_refuses_for_good_is_set_aside()
    {
        using var receiver = new Receiver((_, response) => Task.FromResult(response.StatusCode = 400));
        using var refused = new Folder();
        _settings["HILO_KAFKA_REFUSED"] = refused.Path;
        await WriteAsync(0, 2);
        var ledger = new Ledger();
        using var forwarding = Start(ledger, receiver.Port);
        await WaitUntilAsync(() => ledger.Balance(_ => 0).Dropped == 100 && forwarding.Sources[0].Lag == 0, forwarding);
        await forwarding.StopAsync(TimeSpan.FromSeconds(2));

        Assert.Equal("ledger: seen 100 = exported 0 + dropped 100 (rejected 100) + in flight 0; unsampled 0", ledger.Balance(_ => 0).ToString());
        Assert.Equal(
            KafkaSpans.Whole(Enumerable.Range(0, 2).Select(Batch).Select(ExportTraceServiceRequest.Parser.ParseFrom)),
            KafkaSpans.Whole(Directory.GetFiles(refused.Path, "*.otlp").Select(File.ReadAllBytes).Select(ExportTraceServiceRequest.Parser.ParseFrom)));
    }

    [Fact]
    public async Task Brokers_stop_and_return_and_without_them_the_end_comes_in_time()
    {
        using var receiver = new Receiver();
        var ledger = new Ledger();
        using var forwarding = Start(ledger, receiver.Port);
        await WriteAsync(0, 10);
        await WaitUntilAsync(() => receiver.Spans == 500, forwarding);
        _cluster.Stop();
        await WaitUntilAsync(() => _log.Any(line => line.StartsWith("forward: r0: ", StringComparison.Ordinal)), forwarding);
        _cluster.Return();
        await WriteAsync(10, 20);
        await WaitUntilAsync(() => Distinct(receiver) == 1000, forwarding);

        _cluster.Stop();
        var began = Environment.TickCount64;
        await forwarding.StopAsync(TimeSpan.FromSeconds(1));
        Assert.InRange(Environment.TickCount64 - began, 0, 8000);
        Assert.Equal((0, 0), (ledger.Balance(_ => 0).InFlight, ledger.Balance(_ => 0).Dropped));
    }

    [Fact]
    public async Task What_is_read_ahead_is_bounded_while_a_receiver_is_away()
    {
        for (var i = 0; i < 60; i++)
        {
            using var exporter = Options().Topic!.CreateExporter();
            await exporter.SendAsync(KafkaSpans.Request(KafkaSpans.Batch(i, 100, 20, name: 3000)), Cancel);
        }
        var port = Receiver.FreePort();
        using var forwarding = Start(new Ledger(), port);
        await WaitUntilAsync(() => forwarding.Sources[0].IsFull, forwarding);
        await Task.Delay(2000, Cancel);
        Assert.InRange(forwarding.Sources[0].Ahead, 2 << 20, (2 << 20) + (128 << 10));
        Assert.True(forwarding.IsTurning);
        using var receiver = new Receiver(port: port);
        await WaitUntilAsync(() => Distinct(receiver) == 6000, forwarding);
        Assert.Equal(6000, receiver.Spans);
    }

    private static byte[] Batch(int number) => KafkaSpans.Batch(number, 50, 20);

    private static int Distinct(Receiver receiver) => Whole(receiver).Distinct().Count();

    private static List<string> Whole(Receiver receiver) => KafkaSpans.Whole(receiver.Bodies.Select(ExportTraceServiceRequest.Parser.ParseFrom));

    private static void AssertAll(int batches, Receiver receiver) =>
        Assert.Equal(KafkaSpans.Whole(Enumerable.Range(0, batches).Select(Batch).Select(ExportTraceServiceRequest.Parser.ParseFrom)), Whole(receiver));

    private async Task WaitUntilAsync(Func<bool> condition, Forwarding forwarding)
    {
        for (var i = 0; i < 400 && !condition(); i++)
        {
            await Task.Delay(100, Cancel);
        }
        Assert.True(condition(), $"{string.Join('\n', _log)}\nlag {string.Join(", ", forwarding.Sources.Select(source => source.Lag))}");
    }

    private async Task WriteAsync(int first, int end)
    {
        using var exporter = Options().Topic!.CreateExporter();
        for (; first < end; first++)
        {
            Assert.Equal(SendOutcome.Accepted, (await exporter.SendAsync(KafkaSpans.Request(Batch(first)), Cancel)).Outcome);
        }
    }

    private KafkaOptions Topic() => Options().Topic!.Kafka!;

    private DeliveryOptions Options() => DeliveryOptions.FromEnvironment(name => name == "HILO_QUEUE" ? _cluster.Queue : _settings.GetValueOrDefault(name));

    private Forwarding Start(Ledger ledger, params int[] ports)
    {
        var options = Options() with
        {
            Receivers = [.. ports.Select((port, i) => new ReceiverOptions { Name = $"r{i}", Endpoint = new Uri($"http://127.0.0.1:{port}/v1/traces") })],
            RetryDelay = TimeSpan.FromMilliseconds(20),
            MaxRetryDelay = TimeSpan.FromMilliseconds(200),
        };
        return Forwarding.Start(options.Topic!.Kafka!, options, ledger, _log.Enqueue);
    }
}
