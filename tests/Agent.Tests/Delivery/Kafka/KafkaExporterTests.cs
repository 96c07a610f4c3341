// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Diagnostics;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Delivery.Kafka;

/// <summary>What reaches a topic, read by a client that shares nothing with librdkafka; brokers that are away, moved or of another opinion (row D04).</summary>
public sealed class KafkaExporterTests
{
    private static readonly CancellationToken Cancel = CancellationToken.None;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("lz4")]
    [InlineData("gzip")]
    [InlineData("snappy")]
    [InlineData("none")]
    public async Task Every_span_is_there_once_under_its_trace(string compression)
    {
        using var cluster = new KafkaCluster(brokers: 3);
        byte[][] batches = [KafkaSpans.Batch(1, 200, 60), KafkaSpans.Batch(2, 300, 60)];
        using var exporter = Exporter(cluster, ("HILO_KAFKA_COMPRESSION", compression));
        Assert.Equal(new SendResult(SendOutcome.Accepted), await exporter.SendAsync(KafkaSpans.Request(batches), Cancel));

        var records = TopicRecord.ReadAll(cluster);
        AssertSame(batches, records);
        Assert.All(records, record => Assert.Equal(record.Key, Assert.Single(record.Spans.Select(KafkaSpans.TraceOf).Distinct())));
        Assert.Equal(60, records.Select(record => record.Key).Distinct().Count());
        Assert.Equal(60, records.Select(record => (record.Key, record.Partition)).Distinct().Count());
        Assert.InRange(records.Select(record => record.Partition).Distinct().Count(), 2, 4);
    }

    [Fact]
    public async Task Traces_are_divided_by_size_and_a_span_that_is_too_large_is_counted()
    {
        using var cluster = new KafkaCluster();
        using var exporter = Exporter(cluster, ("HILO_KAFKA_MAX_MESSAGE", "2000"));
        byte[][] batches = [KafkaSpans.Batch(1, 200, 2), KafkaSpans.Batch(2, 3, 3, name: 3000)];
        var result = await exporter.SendAsync(KafkaSpans.Request(batches), Cancel);

        Assert.Equal((SendOutcome.Accepted, 3), (result.Outcome, result.RejectedSpans));
        var records = TopicRecord.ReadAll(cluster);
        AssertSame(batches[..1], records);
        Assert.All(records, record => Assert.InRange(record.Value.Length, 1, 2000));
        Assert.InRange(records.Count, 10, 200);
    }

    [Fact]
    public async Task What_brokers_refuse_for_its_size_is_sent_in_smaller_pieces()
    {
        using var cluster = new KafkaCluster(partitions: 1);
        using var exporter = Exporter(cluster);
        cluster.Fail(KafkaCluster.Produce, KafkaCluster.TooLarge, KafkaCluster.TooLarge, KafkaCluster.TooLarge);
        byte[][] batches = [KafkaSpans.Batch(1, 300, 20)];
        Assert.Equal(new SendResult(SendOutcome.Accepted), await exporter.SendAsync(KafkaSpans.Request(batches), Cancel));

        AssertSame(batches, TopicRecord.ReadAll(cluster));
    }

    [Fact]
    public async Task A_request_without_spans_asks_whether_the_topic_is_there()
    {
        var cluster = new KafkaCluster();
        using var exporter = Exporter(cluster);
        Assert.Equal(new SendResult(SendOutcome.Accepted), await exporter.SendAsync(new ExportRequest(), Cancel));
        var queue = cluster.Queue;
        cluster.Dispose();
        using var without = DeliveryOptions.FromEnvironment(name => name == "HILO_QUEUE" ? queue : null).Topic!.CreateExporter();
        var result = await without.SendAsync(new ExportRequest(), Cancel);
        Assert.Equal(SendOutcome.TryAgain, result.Outcome);
        Assert.Contains("refused", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_that_pass_lose_and_double_nothing()
    {
        using var cluster = new KafkaCluster(brokers: 3, partitions: 3);
        using var exporter = Exporter(cluster);
        var batches = Enumerable.Range(0, 30).Select(number => KafkaSpans.Batch(number, 50, 40)).ToArray();
        for (var i = 0; i < batches.Length; i++)
        {
            switch (i % 6)
            {
                case 1:
                    cluster.Fail(KafkaCluster.Produce, KafkaCluster.NotEnoughReplicas, KafkaCluster.TimedOut);
                    break;
                case 3:
                    cluster.Fail(KafkaCluster.Produce, KafkaCluster.NotLeader);
                    break;
                case 5:
                    cluster.Move(i % 3, 1 + ((i / 6) % 3));
                    break;
            }
            Assert.Equal(SendOutcome.Accepted, (await exporter.SendAsync(KafkaSpans.Request(batches[i]), Cancel)).Outcome);
        }

        AssertSame(batches, TopicRecord.ReadAll(cluster));
    }

    [Fact]
    public async Task Brokers_stop_and_return_and_nothing_is_accepted_that_is_not_there()
    {
        using var cluster = new KafkaCluster(brokers: 3);
        var log = new List<string>();
        var ledger = new Ledger();
        using var pipeline = Pipeline(cluster, ledger, log);
        var batches = Enumerable.Range(0, 60).Select(number => KafkaSpans.Batch(number, 20, 10)).ToArray();
        var accepted = new List<byte[]>();
        for (var i = 0; i < batches.Length; i++)
        {
            if (i == 20)
            {
                cluster.Stop();
            }
            var offered = pipeline.Intake.OfferAsync(batches[i], 20, Cancel).AsTask();
            if (i is >= 20 and < 24)
            {
                Assert.Equal(IntakeAnswer.Full, await offered); // nobody has it within the time that senders wait
            }
            if (i == 24)
            {
                cluster.Return();
            }
            if (i is < 20 or > 24)
            {
                Assert.Equal(IntakeAnswer.Accepted, await Retry(offered, pipeline, batches[i]));
                accepted.Add(batches[i]);
            }
        }
        await pipeline.StopAsync(Patience);

        var balance = ledger.Balance(_ => 0);
        Assert.Equal((balance.Seen, 0, 0), (balance.Exported, balance.Dropped, balance.InFlight));
        var there = KafkaSpans.Whole(TopicRecord.ReadAll(cluster).Select(record => record.Request));
        Assert.Equal(balance.Exported, there.Count);
        Assert.Subset(there.ToHashSet(), KafkaSpans.Whole(accepted.Select(ExportTraceServiceRequest.Parser.ParseFrom)).ToHashSet());
        Assert.Contains(log, line => line.Contains(KafkaCluster.Topic, StringComparison.Ordinal));
        Assert.Contains(log, line => line.EndsWith("accepts spans again", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_brokers_the_end_comes_in_time_and_what_is_lost_is_counted()
    {
        var ledger = new Ledger();
        var cluster = new KafkaCluster();
        using var pipeline = Pipeline(cluster, ledger, []);
        cluster.Stop();
        Assert.Equal(IntakeAnswer.Full, await pipeline.Intake.OfferAsync(KafkaSpans.Batch(1, 20, 10), 20, Cancel));
        var began = Environment.TickCount64;
        await pipeline.StopAsync(TimeSpan.FromSeconds(1));
        pipeline.Dispose();

        Assert.InRange(Environment.TickCount64 - began, 0, 8000);
        Assert.Equal("ledger: seen 20 = exported 0 + dropped 20 (shutdown 20) + in flight 0; unsampled 0", ledger.Balance(_ => 0).ToString());
        cluster.Dispose();
    }

    private static async Task<IntakeAnswer> Retry(Task<IntakeAnswer> offered, DeliveryPipeline pipeline, byte[] batch)
    {
        for (var i = 0; i < 10 && await offered == IntakeAnswer.Full; i++)
        {
            offered = pipeline.Intake.OfferAsync(batch, 20, Cancel).AsTask();
        }
        return await offered;
    }

    private static void AssertSame(IEnumerable<byte[]> batches, IEnumerable<TopicRecord> records) => Assert.Equal(
        KafkaSpans.Whole(batches.Select(ExportTraceServiceRequest.Parser.ParseFrom)), KafkaSpans.Whole(records.Select(record => record.Request)));

    private static IExporter Exporter(KafkaCluster cluster, params (string Name, string Value)[] variables) =>
        Options(cluster, variables).Topic!.CreateExporter();

    private static DeliveryOptions Options(KafkaCluster cluster, params (string Name, string Value)[] variables)
    {
        var all = variables.Append(("HILO_QUEUE", cluster.Queue)).ToDictionary();
        return DeliveryOptions.FromEnvironment(all.GetValueOrDefault);
    }

    private static DeliveryPipeline Pipeline(KafkaCluster cluster, Ledger ledger, List<string> log)
    {
        var options = Options(cluster) with { RetryDelay = TimeSpan.FromMilliseconds(20), MaxRetryDelay = TimeSpan.FromMilliseconds(100) };
        options = options with { Topic = options.Topic! with { Timeout = TimeSpan.FromSeconds(2) } };
        var pipeline = DeliveryPipeline.Start(options, ledger, new Terminal(false, false, () => (80, 25)), Stream.Null, line =>
        {
            lock (log)
            {
                log.Add(line);
            }
        });
        _ = pipeline.Intake;
        return pipeline;
    }
}
