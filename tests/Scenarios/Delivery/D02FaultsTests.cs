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
/// the kernel do that, at calls about the spool's own files.
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
    [InlineData("pwritev", "error=EIO:when=4", "pwrite64", "error=EIO:when=2")]
    [InlineData("pwritev", "error=ENOSPC:when=6+", "unlink", "error=EIO:when=1+")]
    [InlineData("pwritev", "signal=KILL:when=7", "unlink", "signal=KILL:when=1")]
    [InlineData("fsync", "error=EIO:when=3+2", "ftruncate", "error=EIO:when=1")]
    [InlineData("fsync", "signal=KILL:when=4", "pwrite64", "signal=KILL:when=2")]
    [InlineData("openat", "error=ENOSPC:when=6+3", "openat", "error=EIO:when=9")]
    [InlineData("openat", "signal=KILL:when=7", "fsync", "signal=KILL:when=2")]
    public void What_was_accepted_arrives(string call, string fault, string later, string laterFault)
    {
        var queue = Sandbox.PathOf("queue");
        Directory.CreateDirectory(queue);

        // The receiver is away; then it is there, and the queue gets smaller; at last nothing fails.
        Collect(queue, call, fault, agent => Offer(agent));
        using var receiver = new OtlpReceiver(Sandbox.Network, ReceiverPort);
        Collect(queue, later, laterFault, agent => Offer(agent));
        var last = Start(queue);
        Offer(last);
        last.WaitFor(() => _accepted.All(Arrived(receiver).Contains), "all that was accepted", 30);
        Assert.Equal(0, last.Stop(Native.SigTerm));

        Assert.InRange(_accepted.Count, Offers * PerOffer, 3 * Offers * PerOffer);
        Assert.Empty(_accepted.Except(Arrived(receiver)));
        var ledger = Ledger.Find(last.Errors)!;
        Assert.Equal((0, 0), (ledger.Unexplained, ledger.Spooled));
    }

    private void Collect(string queue, string call, string fault, Action<RunningProgram> work)
    {
        var agent = Start(queue, "strace", "-D", "-f", "--seccomp-bpf", "-o", Sandbox.PathOf("strace"), "-P", queue, "-e", $"trace={call}", "-e", $"inject={call}:{fault}");
        work(agent);
        if (!agent.HasExited)
        {
            agent.Stop(Native.SigKill);
        }
        Assert.Matches(@"\(INJECTED\)|killed by SIGKILL", File.ReadAllText(Sandbox.PathOf("strace")));
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
            catch (HttpRequestException)
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
