// SPDX-License-Identifier: Apache-2.0
using System.Text;
using Agent.Contract;
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Diagnostics;
using Agent.Tests.Tracing;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Delivery;

public class ExportTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<string> _log = [];

    [Fact]
    public async Task Accepted_spans_are_exported()
    {
        using var receiver = new Receiver();

        var ledger = await RunAsync(Options(receiver), spans: 1000);

        Assert.Equal(1000, receiver.Spans);
        Assert.Equal("ledger: seen 1000 = exported 1000 + dropped 0 + in flight 0; unsampled 0", ledger);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task Request_carries_headers_path_and_type_and_no_context()
    {
        using var receiver = new Receiver();
        var options = With(Options(receiver), receiver => receiver with
        {
            Headers = [new("authorization", "Bearer a=b"), new("x-tenant", "t 1")],
        });

        await RunAsync(options, spans: 1);

        var (path, headers) = Assert.Single(receiver.Seen);
        Assert.Equal("/v1/traces", path);
        Assert.Equal("application/x-protobuf", headers["Content-Type"]);
        Assert.Equal(("Bearer a=b", "t 1"), (headers["Authorization"], headers["x-tenant"]));
        Assert.StartsWith("OTel-OTLP-Exporter-Hilo/", headers["User-Agent"], StringComparison.Ordinal);
        Assert.Null(headers["traceparent"]);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task Temporary_refusal_is_retried(int status)
    {
        using var receiver = new Receiver((request, response) =>
        {
            response.StatusCode = request <= 2 ? status : 200;
            return Task.CompletedTask;
        });

        var ledger = await RunAsync(Options(receiver), spans: 10);

        Assert.Equal((3, 10), (receiver.Requests, receiver.Spans));
        Assert.Equal("ledger: seen 10 = exported 10 + dropped 0 + in flight 0; unsampled 0", ledger);
        Assert.Contains($"HTTP {status}", Assert.Single(_log, line => !line.Contains("again", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(408)]
    [InlineData(413)]
    [InlineData(500)]
    [InlineData(302)]
    public async Task Permanent_refusal_is_rejected_at_once(int status)
    {
        using var receiver = new Receiver(async (_, response) =>
        {
            response.StatusCode = status;
            await response.OutputStream.WriteAsync("because\nof you"u8.ToArray());
        });

        var ledger = await RunAsync(Options(receiver), spans: 10);

        Assert.Equal(1, receiver.Requests);
        Assert.Equal("ledger: seen 10 = exported 0 + dropped 10 (rejected 10) + in flight 0; unsampled 0", ledger);
        Assert.EndsWith($"HTTP {status}: because of you", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_after_is_honoured()
    {
        var arrivals = new List<long>();
        using var receiver = new Receiver((request, response) =>
        {
            arrivals.Add(Environment.TickCount64);
            response.StatusCode = request == 1 ? 429 : 200;
            response.Headers["Retry-After"] = "1";
            return Task.CompletedTask;
        });

        await RunAsync(Options(receiver), spans: 1);

        Assert.InRange(arrivals[1] - arrivals[0], 950, 10_000);
    }

    [Fact]
    public async Task Partial_success_is_split_and_not_retried()
    {
        using var receiver = new Receiver(async (_, response) =>
        {
            var answer = new ExportTraceServiceResponse
            {
                PartialSuccess = new ExportTracePartialSuccess { RejectedSpans = 4, ErrorMessage = "too old" },
            };
            await response.OutputStream.WriteAsync(answer.ToByteArray());
        });

        var ledger = await RunAsync(Options(receiver), spans: 10);

        Assert.Equal(1, receiver.Requests);
        Assert.Equal("ledger: seen 10 = exported 6 + dropped 4 (rejected 4) + in flight 0; unsampled 0", ledger);
        Assert.EndsWith("too old", Assert.Single(_log), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Receiver_that_comes_up_late_gets_everything()
    {
        var port = Receiver.FreePort();
        var options = Options(port);
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        Write(pipeline, 100);
        pipeline.Sink.Flush();
        await WaitUntilAsync(() => _log.Count > 0);

        using var receiver = new Receiver(port: port);
        await pipeline.StopAsync(Patience);

        Assert.Equal(100, receiver.Spans);
        Assert.Equal(0, Balance(ledger, 100).InFlight);
        Assert.Equal(100, Balance(ledger, 100).Exported);
        Assert.Contains("accepts spans again", _log[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_of_several_receivers_may_be_away()
    {
        using var receiver = new Receiver();
        var gone = new ReceiverOptions { Name = "away", Endpoint = new Uri($"http://127.0.0.1:{Receiver.FreePort()}/v1/traces") };
        var options = Options(receiver) with { Receivers = [Options(receiver).Receivers[0], gone] };
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        Write(pipeline, 100);
        pipeline.Sink.Flush();
        await WaitUntilAsync(() => receiver.Spans == 100);
        await pipeline.StopAsync(TimeSpan.FromMilliseconds(300));

        Assert.Equal(
        [
            "ledger of receiver: seen 100 = exported 100 + dropped 0 + in flight 0; unsampled 0",
            "ledger of away: seen 100 = exported 0 + dropped 100 (shutdown 100) + in flight 0; unsampled 0",
        ], ledger.Balances(counter => counter == Counter.Emitted ? 100 : 0).Select(balance => balance.ToString()));
    }

    [Fact]
    public async Task Slow_answer_times_out_and_is_retried()
    {
        using var receiver = new Receiver((request, _) => Task.Delay(request == 1 ? 600 : 0));

        var ledger = await RunAsync(With(Options(receiver), receiver => receiver with { Timeout = TimeSpan.FromMilliseconds(200) }), spans: 5);

        Assert.Equal("ledger: seen 5 = exported 5 + dropped 0 + in flight 0; unsampled 0", ledger);
        Assert.Contains("no answer within", _log[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Draining_ends_in_time_and_counts_the_rest()
    {
        var options = Options(Receiver.FreePort());
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        Write(pipeline, 50);

        var before = Environment.TickCount64;
        await pipeline.StopAsync(TimeSpan.FromMilliseconds(300));

        Assert.InRange(Environment.TickCount64 - before, 0, 5000);
        Assert.Equal(
            "ledger: seen 50 = exported 0 + dropped 50 (shutdown 50) + in flight 0; unsampled 0",
            Balance(ledger, 50).ToString());
    }

    [Fact]
    public async Task Full_queue_drops_the_oldest_and_still_balances()
    {
        var gate = new TaskCompletionSource();
        using var receiver = new Receiver((_, _) => gate.Task);
        var ledger = new Ledger();
        using var pipeline = Start(Options(receiver) with { MaxQueueSpans = 20, MaxRequestSpans = 1 }, ledger);
        Write(pipeline, 1);
        pipeline.Sink.Flush();
        await WaitUntilAsync(() => receiver.Requests == 1);
        for (var i = 0; i < 10; i++)
        {
            Write(pipeline, 5);
            pipeline.Sink.Flush();
        }

        gate.SetResult();
        await pipeline.StopAsync(Patience);

        Assert.Equal(21, receiver.Spans);
        Assert.Equal(
            "ledger: seen 51 = exported 21 + dropped 30 (queue_full 30) + in flight 0; unsampled 0",
            Balance(ledger, 51).ToString());
    }

    [Fact]
    public async Task Spans_of_many_resources_share_requests()
    {
        using var receiver = new Receiver();
        var ledger = new Ledger();
        using var pipeline = Start(Options(receiver), ledger);
        var resources = Enumerable.Range(0, 20).Select(i => Exchanges.ResourceOf($"service-{i}")).ToArray();
        for (var i = 0; i < 2000; i++)
        {
            pipeline.Sink.Write(resources[i % 20], Exchanges.Event(Role.Server), []);
        }

        await pipeline.StopAsync(Patience);

        Assert.Equal(2000, receiver.Spans);
        Assert.InRange(receiver.Requests, 1, 10);
        Assert.Equal(2000, Balance(ledger, 2000).Exported);
    }

    private static DeliveryOptions With(DeliveryOptions options, Func<ReceiverOptions, ReceiverOptions> change) =>
        options with { Receivers = [change(options.Receivers[0])] };

    private static DeliveryOptions Options(Receiver receiver) => Options(receiver.Port);

    private static DeliveryOptions Options(int port) => new()
    {
        Receivers = [new() { Name = "receiver", Endpoint = new Uri($"http://127.0.0.1:{port}/v1/traces") }],
        RetryDelay = TimeSpan.FromMilliseconds(20),
        MaxRetryDelay = TimeSpan.FromMilliseconds(100),
    };

    private static LedgerBalance Balance(Ledger ledger, long emitted) =>
        ledger.Balance(counter => counter == Counter.Emitted ? emitted : 0);

    private static void Write(DeliveryPipeline pipeline, int spans)
    {
        var heads = Encoding.ASCII.GetBytes("GET /orders/42 HTTP/1.1\r\nHost: shop\r\n\r\n");
        var resource = Exchanges.ResourceOf("shop");
        var e = Exchanges.Event(Role.Server);
        e.RequestHeadSize = (ushort)heads.Length;
        for (var i = 0; i < spans; i++)
        {
            pipeline.Sink.Write(resource, e, heads);
        }
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 1000 && !condition(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(condition());
    }

    private DeliveryPipeline Start(DeliveryOptions options, Ledger ledger) =>
        DeliveryPipeline.Start(options, ledger, new Terminal(false, false, () => (80, 25)), Stream.Null, line =>
        {
            lock (_log)
            {
                _log.Add(line);
            }
        });

    private async Task<string> RunAsync(DeliveryOptions options, int spans)
    {
        var ledger = new Ledger();
        using var pipeline = Start(options, ledger);
        Write(pipeline, spans);
        await pipeline.StopAsync(Patience);
        return Balance(ledger, spans).ToString();
    }
}
