// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using Scenarios.Harness;
using OtlpSpan = OpenTelemetry.Proto.Trace.V1.Span;

namespace Scenarios.Delivery;

/// <summary>
/// Row D02: whatever system call of the spool fails, or is the last one: what a sender was told is accepted arrives. strace makes
/// the kernel do that.
/// </summary>
public sealed class D02FaultsTests : Scenario
{
    private const int IngestPort = 4320;
    private const int ReceiverPort = 4319;
    private const int Offers = 30;
    private const int PerOffer = 20;
    private const int SpanBytes = 3000; // so that some files are filled, and become superfluous
    private readonly List<ulong> _accepted = [];
    private ulong _sent;

    [Theory]
    [InlineData("pwritev:error=EIO:when=4", "pwrite64:error=EIO:when=1")]
    [InlineData("pwritev:error=ENOSPC:when=6..9", "unlink:error=EIO:when=1+")]
    [InlineData("pwritev:signal=KILL:when=7", "unlink:signal=KILL:when=1")]
    [InlineData("fsync:error=EIO:when=2+2", "unlink:error=EIO:when=1+")]
    [InlineData("fsync:signal=KILL:when=4", "pwrite64:signal=KILL:when=1")]
    [InlineData("ftruncate:error=EIO:when=1", "pwrite64:error=EIO:when=1")]
    [InlineData("ftruncate:signal=KILL:when=1", "unlink:error=EIO:when=1")]
    [InlineData("openat:error=EMFILE:when=2", "pwrite64:error=EIO:when=1")]
    [InlineData("openat:signal=KILL:when=2", "unlink:error=EIO:when=1")]
    public void What_was_accepted_arrives(string fault, string laterFault)
    {
        var queue = Sandbox.PathOf("queue");
        Directory.CreateDirectory(queue);

        // The receiver is away; then it is there, and the queue gets smaller; at last nothing fails.
        Collect(queue, fault);
        using var receiver = new OtlpReceiver(Sandbox.Network, ReceiverPort);
        Collect(queue, laterFault);
        var last = Start(queue);
        Offer(last);
        last.WaitFor(() => _accepted.All(Arrived(receiver).Contains), "all that was accepted", 30);
        Assert.Equal(0, last.Stop(Native.SigTerm));

        Assert.InRange(_accepted.Count, Offers * PerOffer, 3 * Offers * PerOffer);
        Assert.Empty(_accepted.Except(Arrived(receiver)));
        var ledger = Ledger.Find(last.Errors)!;
        Assert.Equal((0, 0), (ledger.Unexplained, ledger.Spooled));
    }

    // Only the spool makes these calls here, but for `openat`: of that, those about its first file and its folder.
    // strace counts calls of each thread by itself. It sends no signal where a filter of seccomp tells it of calls.
    private void Collect(string queue, string fault)
    {
        var call = fault[..fault.IndexOf(':', StringComparison.Ordinal)];
        var isKilled = fault.Contains("signal=KILL", StringComparison.Ordinal);
        List<string> tracer = ["strace", "-D", "-f", "-o", Sandbox.PathOf("strace"), "-e", $"trace={call}", "-e", $"inject={fault}"];
        tracer.AddRange(isKilled ? [] : ["--seccomp-bpf"]);
        tracer.AddRange(call == "openat" ? ["-P", queue, "-P", Path.Combine(queue, new string('0', 20) + ".spans")] : []);
        var agent = Start(queue, [.. tracer]);
        Offer(agent);
        if (isKilled)
        {
            agent.WaitFor(() => agent.HasExited, "the kill", 10);
            return;
        }
        agent.Stop(Native.SigKill);
        Assert.Contains("(INJECTED)", File.ReadAllText(Sandbox.PathOf("strace")), StringComparison.Ordinal);
    }

    private RunningProgram Start(string queue, params string[] tracer)
    {
        string[] command = [.. tracer, Repository.Agent, "collect"];
        var agent = Sandbox.StartOutside(new ProgramStart(command)
        {
            Environment =
            {
                ["HILO_QUEUE"] = $"disk:{queue}",
                ["HILO_QUEUE_DISK_BYTES"] = "64MiB",
                ["HILO_QUEUE_SYNC"] = "10ms",
                ["HILO_INGEST"] = "none",
                ["HILO_INGEST_OTLP_HTTP"] = $"127.0.0.1:{IngestPort}",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{ReceiverPort}",
            },
        });
        agent.WaitFor(() => agent.HasExited || Sandbox.Network.IsListening(IngestPort), "listener", 40);
        return agent;
    }

    // Until the agent is gone, or all are sent. What is not accepted is not sent again: who is told so keeps it.
    private void Offer(RunningProgram agent)
    {
        using var client = Load.Client(Sandbox.Network);
        for (var i = 0; i < Offers && !agent.HasExited; i++)
        {
            var spans = Enumerable.Range(0, PerOffer).Select(_ => ++_sent).ToArray();
            try
            {
                using var content = new ByteArrayContent(Encode(spans)) { Headers = { { "Content-Type", "application/x-protobuf" } } };
                using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{IngestPort}/v1/traces") { Content = content };
                using var answer = client.Send(request);
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable, $"{answer.StatusCode}");
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    _accepted.AddRange(spans);
                }
            }
            catch (Exception gone) when (gone is HttpRequestException or System.Net.Sockets.SocketException)
            {
                // Nothing was said: it may have arrived or not.
            }
        }
    }

    private static HashSet<ulong> Arrived(OtlpReceiver receiver) => [.. receiver.Spans.Select(span => ulong.Parse(span.Name.TrimEnd('-'), null))];

    private static byte[] Encode(ulong[] spans)
    {
        var scope = new ScopeSpans();
        foreach (var span in spans)
        {
            var id = BitConverter.GetBytes(span);
            scope.Spans.Add(new OtlpSpan
            {
                Name = span.ToString(null, null).PadRight(SpanBytes, '-'),
                TraceId = ByteString.CopyFrom([.. id, .. id]),
                SpanId = ByteString.CopyFrom(id),
                StartTimeUnixNano = 1,
                EndTimeUnixNano = 2,
            });
        }
        return new ExportTraceServiceRequest { ResourceSpans = { new ResourceSpans { ScopeSpans = { scope } } } }.ToByteArray();
    }
}
