// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Delivery.Queues;
using Agent.Diagnostics;
using Agent.Tests.Tracing;

namespace Agent.Tests.Delivery.Queues;

/// <summary>Runs of an agent, one after the other, with a queue in the same folder.</summary>
public abstract class SpoolRuns : IDisposable
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private protected static readonly TimeSpan NoPatience = TimeSpan.FromMilliseconds(300);

    private protected string Folder { get; } = Directory.CreateTempSubdirectory("hilo-spool-").FullName;

    private protected List<string> Log { get; } = [];

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected static ReceiverOptions Target(string name, int port) => new() { Name = name, Endpoint = new Uri($"http://127.0.0.1:{port}/v1/traces"), Timeout = TimeSpan.FromMinutes(1) };

    private protected static Func<Counter, long> Emitted(long spans) => counter => counter == Counter.Emitted ? spans : 0;

    private protected static IEnumerable<string> Balances(Ledger ledger, long spans) => ledger.Balances(Emitted(spans)).Select(balance => balance.ToString());

    private protected static void Write(DeliveryPipeline pipeline, int batches, int spans = 5)
    {
        var heads = Encoding.ASCII.GetBytes("GET /orders/42 HTTP/1.1\r\nHost: shop\r\n\r\n");
        var resource = Exchanges.ResourceOf("shop");
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)heads.Length;
        for (var batch = 0; batch < batches; batch++)
        {
            for (var span = 0; span < spans; span++)
            {
                pipeline.Sink.Write(resource, e, heads);
            }
            pipeline.Sink.Flush();
        }
    }

    private protected static async Task WaitUntilAsync(Func<bool> condition, int seconds = 10)
    {
        for (var i = 0; i < seconds * 100 && !condition(); i++)
        {
            await Task.Delay(10);
        }
        Assert.True(condition());
    }

    // Of the same name whatever the port: the same receiver, moved.
    private protected DeliveryOptions Options(int port) => new()
    {
        Receivers = [Target("receiver", port)],
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(100),
        Spool = Spool(),
    };

    private protected SpoolOptions Spool() => new() { Directory = Folder, SyncInterval = TimeSpan.FromMilliseconds(10) };

    private protected string[] Segments() => Directory.GetFiles(Folder, "*.spans");

    private protected void Clear()
    {
        foreach (var path in Directory.GetFiles(Folder))
        {
            File.Delete(path);
        }
    }

    private protected DeliveryPipeline Start(DeliveryOptions options, Ledger ledger) =>
        DeliveryPipeline.Start(options, ledger, new Terminal(false, false, () => (80, 25)), Stream.Null, line =>
        {
            lock (Log)
            {
                Log.Add(line);
            }
        });

    private protected async Task<string> RunAsync(DeliveryOptions options, int batches, TimeSpan? patience = null, int spans = 5)
    {
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        Write(pipeline, batches, spans);
        await pipeline.StopAsync(patience ?? Patience);
        return ledger.Balances(Emitted(batches * spans))[0].ToString();
    }
}
