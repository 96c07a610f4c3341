// SPDX-License-Identifier: Apache-2.0
// `hilo bench-queue DIRECTORY COUNT [kafka:BROKERS/TOPIC]`: how many spans a second go from ring records through each kind of queue to an exporter that
// takes everything at once, by the time of the processor, so that a busy machine changes it little. On disk: to a receiver that
// keeps up; to one that is away, which is what files are for; and what it then reads back. Into a topic: until brokers have it.
using System.Globalization;
using Agent.Contract;
using Agent.Delivery.Exporters;
using Agent.Delivery.Kafka;
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Measures decoder, span writer and queue together.</summary>
internal sealed class QueueBench(string directory, long count)
{
    private const int Records = 64;
    private readonly SpanResource _resource = new("\n\u001b\n\u000cservice.name\u0012\u000b\n\u0009bench-app"u8.ToArray());
    private readonly DeliveryOptions _options = new();
    private readonly ReceiverOptions _receiver = new() { Name = "bench", Endpoint = new Uri("http://bench.invalid") };

    /// <summary>Returns what to print, a line for each. The directory is made, and removed.</summary>
    internal static string Run(string directory, long count, string? topic)
    {
        var bench = new QueueBench(directory, count);
        try
        {
            var lines = string.Join('\n', bench.Memory(), bench.DiskKeptUp(), bench.DiskAway(), bench.DiskReadBack());
            return topic is null ? lines : $"{lines}\n{bench.Topic(topic)}";
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private string Memory()
    {
        var ledger = new Ledger();
        using var queue = new BatchQueue(int.MaxValue, _options.MaxQueueBytes, ledger);
        return Measure("memory", ledger, new MemorySource(queue, ledger), batch => queue.Enqueue(batch), () => queue.Spans > count / 100, null);
    }

    private string Topic(string topic)
    {
        var ledger = new Ledger();
        using var queue = new BatchQueue(int.MaxValue, _options.MaxQueueBytes, ledger);
        using var exporter = new KafkaExporter(_receiver with { Kafka = KafkaVariables.Read(Environment.GetEnvironmentVariable, "bench-queue", topic) });
        return Measure(
            "kafka", ledger, new MemorySource(queue, ledger), batch => queue.Enqueue(batch), () => queue.Spans > count / 100, null, exporter);
    }

    private string DiskKeptUp()
    {
        var ledger = new Ledger();
        using var spool = Open(ledger);
        return Measure("disk, receiver keeps up", ledger, spool.Readers[0], spool.Append, () => IsBusy(spool), spool);
    }

    private string DiskAway()
    {
        var ledger = new Ledger();
        using var spool = Open(ledger);
        return Measure("disk, receiver is away", ledger, null, spool.Append, () => IsBusy(spool), spool);
    }

    private string DiskReadBack()
    {
        var ledger = new Ledger();
        using var spool = Open(ledger);
        return Measure("disk, read back", ledger, spool.Readers[0], null, () => false, spool);
    }

    private Spool Open(Ledger ledger) =>
        Spool.Open(new SpoolOptions { Directory = directory, MaxBytes = long.MaxValue / 2 }, [("bench", ledger)], Log.Warn);

    private static bool IsBusy(Spool spool) => spool.PendingBytes > 8 << 20;

    private string Measure(string name, Ledger ledger, ISpanSource? source, Action<SpanBatch>? append, Func<bool> isBusy, Spool? spool, IExporter? exporter = null)
    {
        var began = Environment.CpuUsage.TotalTime;
        using var drain = new CancellationTokenSource();
        var loop = source is null ? null : new ExportLoop(_options, _receiver, source, exporter ?? new Sink(), ledger, Log.Warn);
        var exporting = loop is null ? Task.CompletedTask : Task.Run(() => loop.RunAsync(drain.Token, CancellationToken.None));
        if (append is not null)
        {
            Produce(append, isBusy);
        }
        drain.Cancel();
        exporting.GetAwaiter().GetResult();
        while (source is null && spool!.PendingBytes > 0)
        {
            Thread.Sleep(10);
        }
        var seconds = (Environment.CpuUsage.TotalTime - began).TotalSeconds;
        var balance = ledger.Balance(_ => 0);
        var disk = spool?.Work is not { Syncs: > 0 } work ? "" : string.Create(
            CultureInfo.InvariantCulture, $", {(double)work.Bytes / count:0} bytes/span, {work.Syncs} syncs of {work.SyncTime.TotalMilliseconds / work.Syncs:0.0} ms");
        return balance.Dropped != 0 || (source is not null && balance.Exported != count)
            ? throw new InvalidOperationException($"{name}: {count} spans became {balance}")
            : string.Create(CultureInfo.InvariantCulture, $"bench-queue {name}: {count} spans in {seconds:0.00} s of CPU: {count / seconds / 1e3:0} k spans/s per core{disk}");
    }

    private void Produce(Action<SpanBatch> append, Func<bool> isBusy)
    {
        var ring = new byte[Records * BenchRecord.MaxSize];
        var sizes = new int[Records];
        for (var i = 0; i < Records; i++)
        {
            sizes[i] = BenchRecord.Write(ring.AsSpan(i * BenchRecord.MaxSize, BenchRecord.MaxSize), BenchTraffic.Http1, i);
        }
        var handler = new SpanBench.Handler(
            new SpanSink(new ExchangeSpans(new Clock(), new HttpMethods()), new Ledger(), TimeSpan.FromSeconds(1), append), _resource);
        for (long i = 0; i < count; i++)
        {
            var record = (int)(i % Records);
            while (record == 0 && isBusy())
            {
                Thread.Sleep(1);
            }
            if (!EventDecoder.TryDispatch(ring.AsSpan(record * BenchRecord.MaxSize, sizes[record]), ref handler))
            {
                throw new InvalidOperationException("a record of the benchmark does not decode");
            }
        }
        handler.Sink.Flush();
    }

    private sealed class Sink : IExporter
    {
        public Task<SendResult> SendAsync(ExportRequest request, CancellationToken cancel) => Task.FromResult(new SendResult(SendOutcome.Accepted));

        public void Dispose()
        {
        }
    }
}
