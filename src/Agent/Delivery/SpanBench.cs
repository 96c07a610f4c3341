// SPDX-License-Identifier: Apache-2.0
// `hilo bench-spans COUNT`: how fast ring records become OTLP bytes, on one core, and how many bytes the garbage
// collector saw of it, for each kind of traffic. The records are those of a service that answers one request and makes
// another, as large as real ones. Time is that of the processor, so that a busy machine changes it little. The figure in
// bench/README.md, which is that of HTTP/1, and the test of the binary both come from here.
using System.Globalization;
using Agent.Application;
using Agent.Config;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Measures decoder, protocol, writer and batches together; nothing is sent.</summary>
internal sealed class SpanBench
{
    private const int Records = 64;

    private readonly byte[] _ring = new byte[Records * BenchRecord.MaxSize];
    private readonly int[] _sizes = new int[Records];
    private readonly SpanResource _resource = new("\n\u001b\n\u000cservice.name\u0012\u000b\n\u0009bench-app"u8.ToArray());
    private readonly SpanSink _sink;
    private long _bytes;
    private long _spans;

    public SpanBench(BenchTraffic traffic, ApplicationMetrics? metrics = null)
    {
        var spans = new ExchangeSpans(new Clock(), new HttpMethods());
        _sink = new SpanSink(spans, new Ledger(), TimeSpan.FromSeconds(1), batch =>
        {
            metrics?.Take(batch.Encoded.Span);
            _bytes += batch.Encoded.Length;
            _spans += batch.Spans;
            batch.Release();
        });
        for (var i = 0; i < Records; i++)
        {
            _sizes[i] = BenchRecord.Write(_ring.AsSpan(i * BenchRecord.MaxSize, BenchRecord.MaxSize), traffic, i);
        }
    }

    /// <summary>Runs <paramref name="count"/> spans of each kind and returns what to print, a line for each.</summary>
    /// <param name="measuresRequests">With the metrics of requests, as when a scraper is served.</param>
    public static string Run(long count, bool measuresRequests = false) =>
        string.Join('\n', Enum.GetValues<BenchTraffic>().Select(traffic => Run(traffic, count, measuresRequests)));

    private static string Run(BenchTraffic traffic, long count, bool measuresRequests)
    {
        var bench = new SpanBench(traffic, measuresRequests ? new ApplicationMetrics(ApplicationOptions.Everything) : null);
        bench.Measure(count / 10);
        var (seconds, bytesPerSpan, allocated) = bench.Measure(count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"bench-spans {traffic}: {count} spans in {seconds:0.000} s of CPU: {count / seconds / 1e6:0.00} M spans/s per core, "
            + $"{bytesPerSpan:0} bytes/span, {allocated} bytes allocated");
    }

    public (double Seconds, double BytesPerSpan, long Allocated) Measure(long count)
    {
        _bytes = _spans = 0;
        var handler = new Handler(_sink, _resource);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Environment.CpuUsage.TotalTime;
        for (long i = 0; i < count; i++)
        {
            var record = (int)(i % Records);
            if (!EventDecoder.TryDispatch(_ring.AsSpan(record * BenchRecord.MaxSize, _sizes[record]), ref handler))
            {
                throw new InvalidOperationException("a record of the benchmark does not decode");
            }
        }

        _sink.Flush();
        var seconds = (Environment.CpuUsage.TotalTime - started).TotalSeconds;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return _spans == count
            ? (seconds, (double)_bytes / count, allocated)
            : throw new InvalidOperationException($"{count} records made {_spans} spans");
    }

    /// <summary>Writes spans, and nothing else.</summary>
    internal readonly struct Handler(SpanSink sink, SpanResource resource) : IEventHandler
    {
        internal SpanSink Sink => sink;

        public void OnExchange(in ExchangeEvent e, ReadOnlySpan<byte> heads) => sink.Write(resource, e, heads);

        public void OnProcess(in ProcessEvent e, ReadOnlySpan<byte> declared)
        {
        }

        public void OnListen(in ListenEvent e)
        {
        }

        public void OnFionread(in FionreadEvent e)
        {
        }

        public void OnTls(in TlsEvent e)
        {
        }

        public void OnOwnSpan(in OwnSpanEvent e, ReadOnlySpan<byte> text)
        {
        }
    }
}
