// SPDX-License-Identifier: Apache-2.0
using System.Buffers.Binary;
using System.Diagnostics;
using OpenTelemetry.Proto.Collector.Trace.V1;
using Scenarios.Harness;
using Scenarios.Tls;

namespace Scenarios.Delivery;

/// <summary>Row D01, over gRPC with mutual TLS to a server of Python's gRPC library: what the static binary does with its OpenSSL.</summary>
public sealed class D01ReceiversTests : Scenario
{
    private const int Count = 20;
    private const int Port = 4317;

    [Fact]
    public void Every_span_arrives_over_grpc_with_mutual_tls()
    {
        var certificate = new Certificate(Sandbox);
        var collector = Serve(certificate.Chain, certificate.Authority, "UNAVAILABLE\nRESOURCE_EXHAUSTED 300\nok");

        var ledger = RunSecure(certificate, agent => WaitFor(() => Received().Count >= Count, agent, collector), out var said);

        Assert.Equal((Count, 0, 0), (ledger.Exported, ledger.Dropped, ledger.InFlight));
        var spans = Received();
        Assert.Equal(Count, spans.Count);
        Assert.Equal(Count, spans.Distinct().Count());
        Assert.Contains("gRPC UNAVAILABLE: said UNAVAILABLE", said, StringComparison.Ordinal);
        Assert.Contains("accepts spans again", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_for_another_name_is_said_and_nothing_is_lost()
    {
        var certificate = new Certificate(Sandbox);
        var other = Sandbox.PathOf("other.pem");
        Sandbox.StartOutside(new ProgramStart(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=other.example", "-addext",
            "subjectAltName=DNS:other.example", "-addext", "basicConstraints=CA:FALSE", "-CA", certificate.Authority, "-CAkey",
            Sandbox.PathOf("authority.key"), "-keyout", other + ".key", "-out", other)).Finish();
        File.AppendAllText(other, File.ReadAllText(other + ".key"));
        var wrong = Serve(other, certificate.Authority, "ok");

        var ledger = RunSecure(
            certificate,
            agent =>
            {
                agent.WaitFor(() => agent.Errors.Contains("its certificate is not trusted: it is not for localhost", StringComparison.Ordinal), "line", 30);
                Assert.Empty(Received());
                wrong.Stop(Native.SigKill);
                var right = Serve(certificate.Chain, certificate.Authority, "ok");
                WaitFor(() => Received().Count >= Count, agent, right);
            },
            out var said);

        Assert.Equal((Count, 0, 0), (ledger.Exported, ledger.Dropped, ledger.InFlight));
        Assert.Equal(Count, Received().Count);
        Assert.Single(said.Split('\n'), line => line.Contains("is not trusted", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("grpc", 4317)]
    [InlineData("http/protobuf", 4318)]
    public void Receiver_that_others_wrote_reads_every_span(string protocol, int port)
    {
        var server = Sandbox.StartOutside(new ProgramStart(
            "node", Path.Combine(Build.NodeMockOtlp(), "@elastic", "mockotlpserver", "lib", "cli.js"), "-o", "trace-json2", "--hostname", "127.0.0.1"));
        server.WaitFor(() => Sandbox.Network.IsListening(port), "listener", 40);

        var ledger = Run(
            new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = protocol },
            agent => WaitFor(() => Spans(server) >= Count, agent, server),
            out _);

        Assert.Equal((Count, 0, 0), (ledger.Exported, ledger.Dropped, ledger.InFlight));
        Assert.Equal(Count, Spans(server));

        static int Spans(RunningProgram server) => server.Output.Split("\"spanId\":").Length - 1;
    }

    private Ledger RunSecure(Certificate certificate, Action<RunningProgram> check, out string said) => Run(
        new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"https://localhost:{Port}",
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
            ["OTEL_EXPORTER_OTLP_COMPRESSION"] = "gzip",
            ["OTEL_EXPORTER_OTLP_CERTIFICATE"] = certificate.Authority,
            ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] = certificate.Chain,
            ["OTEL_EXPORTER_OTLP_CLIENT_KEY"] = certificate.Chain,
            ["SSL_CERT_FILE"] = "/nowhere",
            ["SSL_CERT_DIR"] = "/nowhere",
        },
        check,
        out said);

    /// <summary>A traced web server is asked for something, while the agent exports.</summary>
    private Ledger Run(Dictionary<string, string> settings, Action<RunningProgram> check, out string said)
    {
        Sandbox.Serve(Programs.Nginx(Sandbox.Folder, $"listen {Programs.BackendPort}; location / {{ return 200 ok; }}"), Programs.BackendPort);
        var agent = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "run")
        {
            Environment = new(settings) { ["HILO_CGROUP"] = Sandbox.Traced.Folder, ["OTEL_EBPF_AUTO_TARGET_EXE"] = "*" },
        });
        agent.WaitFor(() => agent.Errors.Contains("ready", StringComparison.Ordinal), "line with `ready`", 40);
        Sandbox.StartOutside(new ProgramStart("curl", "--silent", "--fail", $"{Backend}/[1-{Count}]")).Finish();
        check(agent);
        Assert.Equal(0, agent.Stop(Native.SigTerm));
        TestContext.Current.TestOutputHelper?.WriteLine(agent.Transcript);
        said = agent.Errors;
        return Ledger.Find(agent.Errors + agent.Output) ?? throw new InvalidOperationException("no ledger line");
    }

    private RunningProgram Serve(string chain, string authority, string answers)
    {
        File.WriteAllText(Sandbox.PathOf("answers"), answers);
        var server = Sandbox.StartOutside(
            new ProgramStart("/usr/bin/python3", "python/collector.py", $"localhost:{Port}", Sandbox.Folder, chain, chain, authority));
        server.WaitFor(() => server.Output.Contains("ready", StringComparison.Ordinal), "listener");
        return server;
    }

    private static void WaitFor(Func<bool> condition, RunningProgram agent, RunningProgram server)
    {
        var patience = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(patience.Elapsed.TotalSeconds < 40, $"{agent.Transcript}\n{server.Transcript}");
            Thread.Sleep(20);
        }
    }

    /// <summary>The ids of the spans that were acknowledged.</summary>
    private List<string> Received()
    {
        var file = Sandbox.PathOf("accepted");
        var bytes = File.Exists(file) ? File.ReadAllBytes(file) : [];
        var spans = new List<string>();
        for (var at = 0; at + 4 <= bytes.Length;)
        {
            var size = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
            if (at + 4 + size > bytes.Length)
            {
                break;
            }

            var request = ExportTraceServiceRequest.Parser.ParseFrom(bytes.AsSpan(at + 4, size));
            spans.AddRange(request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans).Select(span => span.SpanId.ToBase64()));
            at += 4 + size;
        }

        return spans;
    }
}
