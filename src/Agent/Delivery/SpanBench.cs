// SPDX-License-Identifier: Apache-2.0
// `hilo bench-spans [COUNT]`: how fast ring records become OTLP bytes, on one core, and how many bytes the garbage
// collector saw of it. The records are those of a service that answers one request and makes another, as large as
// real ones. Time is that of the processor, so that a busy machine changes it little. The figure in the README and the
// test of the binary both come from here.
using System.Globalization;
using System.Runtime.InteropServices;
using Agent.Contract;
using Agent.Diagnostics;
using Agent.Protocols;
using Agent.Tracing;

namespace Agent.Delivery;

/// <summary>Measures decoder, protocol, writer and batches together; nothing is sent.</summary>
internal sealed class SpanBench
{
    private const int Records = 64;
    private const int RecordSize = 1024;

    private static ReadOnlySpan<byte> ServerHead =>
        "POST /api/v1/orders/4711/lines?dryrun=false HTTP/1.1\r\nHost: shop.example.org\r\n"u8
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0\r\n"u8
        + "Content-Type: application/json\r\nContent-Length: 312\r\n\r\n"u8;

    private static ReadOnlySpan<byte> ClientHead =>
        "GET /inventory/items/4711?warehouse=north HTTP/1.1\r\nHost: inventory:8080\r\n"u8
        + "User-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n"u8;

    private readonly byte[] _ring = new byte[Records * RecordSize];
    private readonly int[] _sizes = new int[Records];
    private readonly byte[] _resource = "\n\u001b\n\u000cservice.name\u0012\u000b\n\u0009bench-app"u8.ToArray();
    private readonly SpanSink _sink;
    private long _bytes;
    private long _spans;

    public SpanBench()
    {
        var spans = new ExchangeSpans(new Clock(), new HttpMethods());
        _sink = new SpanSink(spans, new Ledger(), TimeSpan.FromSeconds(1), batch =>
        {
            _bytes += batch.Encoded.Length;
            _spans += batch.Spans;
            batch.Release();
        });
        for (var i = 0; i < Records; i++)
        {
            _sizes[i] = WriteRecord(_ring.AsSpan(i * RecordSize, RecordSize), i);
        }
    }

    /// <summary>Runs <paramref name="count"/> spans and returns what to print.</summary>
    public static string Run(long count)
    {
        var bench = new SpanBench();
        bench.Measure(count / 10);
        var (seconds, bytesPerSpan, allocated) = bench.Measure(count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"bench-spans: {count} spans in {seconds:0.000} s of CPU: {count / seconds / 1e6:0.00} M spans/s per core, "
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
            if (!EventDecoder.TryDispatch(_ring.AsSpan(record * RecordSize, _sizes[record]), ref handler))
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

    private static int WriteRecord(Span<byte> record, int index)
    {
        var isClient = index % 2 == 1;
        var request = isClient ? ClientHead : ServerHead;
        var response = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1523\r\n\r\n"u8;
        ref var e = ref MemoryMarshal.AsRef<ExchangeEvent>(record);
        var ids = MemoryMarshal.AsBytes(new Span<SpanContext>(ref e.Span));
        ids.Fill((byte)(index + 1));
        MemoryMarshal.AsBytes(new Span<Bytes8>(ref e.ParentId)).Fill((byte)(index + 101));
        ReadOnlySpan<byte> mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 1, 23, 7];
        mapped.CopyTo(MemoryMarshal.AsBytes(new Span<Bytes16>(ref e.Local.Address)));
        mapped.CopyTo(MemoryMarshal.AsBytes(new Span<Bytes16>(ref e.Remote.Address)));
        e.Span.Flags = 1;
        e.StartNs = 1_000_000_000_000;
        e.EndNs = e.StartNs + 12_400_000;
        e.Local.Port = 8080;
        e.Remote.Port = 51234;
        e.RequestBodySize = isClient ? 0UL : 312;
        e.ResponseBodySize = 1523;
        e.Pid = e.Target = 12345;
        e.Tid = 12351;
        e.Status = 200;
        e.Role = isClient ? Role.Client : Role.Server;
        e.Protocol = Protocol.Http1;
        e.Link = isClient ? Link.Thread : Link.Header;
        e.Carrier = isClient ? Carrier.Injected : Carrier.None;
        e.RequestHeadSize = (ushort)request.Length;
        e.ResponseHeadSize = (ushort)response.Length;
        request.CopyTo(record[ExchangeEvent.Size..]);
        response.CopyTo(record[(ExchangeEvent.Size + request.Length)..]);
        e.Header.Kind = EventKind.Exchange;
        e.Header.Size = (uint)(ExchangeEvent.Size + request.Length + response.Length);
        return (int)e.Header.Size;
    }

    private readonly struct Handler(SpanSink sink, byte[] resource) : IEventHandler
    {
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
    }
}
