// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery;
using Agent.Delivery.Exporters;
using Agent.Ingest;
using Agent.Tests.Delivery.Exporters;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;

namespace Agent.Tests.Ingest;

/// <summary>gRPC with the C++ library, under Python, and with nghttp2's load generator.</summary>
public sealed class GrpcServerTests : IDisposable
{
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string OpenCensus = "/opencensus.proto.agent.trace.v1.TraceService/";

    private readonly Running _running = new();
    private readonly Folder _folder = new();

    public void Dispose()
    {
        _running.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("unary")]
    [InlineData("gzip")]
    public void A_call_is_answered(string mode)
    {
        Assert.Equal("OK -", Running.Call(Target, Export, mode, Request()).Trim());
        Assert.Equal(2, _running.Intake.Spans.Count);
        Assert.Equal(2, _running.Servers.Counters.Accepted(IngestProtocol.OtlpGrpc));
    }

    [Theory]
    [InlineData(IntakeAnswer.Full)]
    [InlineData(IntakeAnswer.Closing)]
    public async Task A_refusal_says_when_to_try_again(object answer)
    {
        _running.Intake.Answer = (IntakeAnswer)answer;

        Assert.StartsWith("UNAVAILABLE RetryInfo ", Running.Call(Target, Export, "unary", Request()), StringComparison.Ordinal);

        var result = await Sending.SendAsync(Sending.Read(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{Target}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")));
        Assert.Equal((SendOutcome.TryAgain, TimeSpan.FromSeconds(1)), (result.Outcome, result.RetryAfter));
    }

    [Fact]
    public void Bad_calls_are_told_why()
    {
        var spoilt = Desk.FullSpan(1);
        spoilt.TraceId = ByteString.Empty;
        var partial = File("partial", new ExportTraceServiceRequest { ResourceSpans = { Desk.Resource("shop", spoilt, Desk.FullSpan(2)) } }.ToByteArray());

        Assert.Contains("74726163652069642", Running.Call(Target, Export, "unary", partial), StringComparison.Ordinal); // "trace id"
        Assert.StartsWith("INVALID_ARGUMENT - the body is not", Running.Call(Target, Export, "unary", File("half", Running.Request[..50])), StringComparison.Ordinal);
        Assert.StartsWith("UNIMPLEMENTED", Running.Call(Target, "/x.Y/Z", "unary", Request()), StringComparison.Ordinal);
        Assert.StartsWith("RESOURCE_EXHAUSTED", Running.Call(Target, Export, "unary", File("large", new byte[17 << 20])), StringComparison.Ordinal);
        Assert.Equal("OK - 0801", Running.Call(Target, "/grpc.health.v1.Health/Check", "unary", File("empty", [])).Trim());
        Assert.Single(_running.Intake.Spans);
    }

    [Fact]
    public void OpenCensus_streams_keep_their_node()
    {
        byte[] span = ZipkinTests.Field(2, [.. ZipkinTests.Field(1, "1234567812345678"u8), .. ZipkinTests.Field(2, "12345678"u8)]);
        var first = File("first", [.. ZipkinTests.Field(1, ZipkinTests.Field(3, ZipkinTests.Field(1, "cart"u8))), .. span]);
        var second = File("second", span);
        var target = $"127.0.0.1:{_running.Port(IngestProtocol.OpenCensus)}";

        Assert.Equal("OK -", Running.Call(target, OpenCensus + "Export", "slow", first, second, second).Trim());
        Assert.Equal("OK -", Running.Call(target, OpenCensus + "Config", "slow", first).Trim());
        Assert.Equal("OK -", Running.Call(target, OpenCensus + "ExportOne", "unary", first).Trim());
        Assert.StartsWith("INVALID_ARGUMENT", Running.Call(target, OpenCensus + "Export", "stream", File("bad", [0x12, 50])), StringComparison.Ordinal);

        Assert.Equal(4, _running.Intake.Spans.Count);
        Assert.All(_running.Intake.Resources, one => Assert.Equal("cart", one.Resource.Attributes[0].Value.StringValue));
    }

    [Fact]
    public async Task OpenCensus_waits_for_room_and_ends_with_the_process()
    {
        byte[] span = ZipkinTests.Field(2, [.. ZipkinTests.Field(1, "1234567812345678"u8), .. ZipkinTests.Field(2, "12345678"u8)]);
        var message = File("message", span);
        var target = $"127.0.0.1:{_running.Port(IngestProtocol.OpenCensus)}";
        _running.Intake.Answer = IntakeAnswer.Full;
        var call = Task.Run(() => Running.Call(target, OpenCensus + "Export", "stream", message, message));
        await WaitAsync(() => _running.Servers.Counters.Refused(IngestProtocol.OpenCensus) > 0);
        _running.Intake.Answer = IntakeAnswer.Accepted;

        Assert.Equal("OK -", (await call).Trim());
        Assert.Equal(2, _running.Intake.Spans.Count);

        var slow = Task.Run(() => Running.Call(target, OpenCensus + "Export", "slow", [.. Enumerable.Repeat(message, 20)]));
        await WaitAsync(() => _running.Intake.Spans.Count >= 4);
        await _running.Servers.StopAsync(TimeSpan.FromSeconds(10));
        Assert.StartsWith("UNAVAILABLE", await slow, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_are_there_are_answered_before_the_end()
    {
        var gate = new TaskCompletionSource();
        _running.Intake.Until = gate.Task;
        var call = Task.Run(() => Running.Call(Target, Export, "unary", Request()));
        await WaitAsync(() => _running.Intake.Spans.Count > 0);

        var stop = _running.Servers.StopAsync(TimeSpan.FromSeconds(20));
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(stop.IsCompleted);
        gate.SetResult();

        Assert.Equal("OK -", (await call).Trim());
        await stop.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Tls_asks_for_the_clients_certificate()
    {
        TestCertificates.Make(_folder.Path);
        using var running = new Running(
            ("HILO_INGEST_CERTIFICATE", _folder.Of("server.pem")), ("HILO_INGEST_KEY", _folder.Of("server.key")),
            ("HILO_INGEST_CLIENT_CA", _folder.Of("authority.pem")));
        var target = $"localhost:{running.Port(IngestProtocol.OtlpGrpc)}";

        string Call(params string[] environment) => Running.Program(
            ["env", "GRPC_VERBOSITY=NONE", $"AUTHORITY={_folder.Of("authority.pem")}", .. environment, "/usr/bin/python3", Running.Client("call.py"), target, Export, "unary", Request()]);

        Assert.Equal("OK -", Call($"CLIENT={_folder.Of("client")}").Trim());
        Assert.StartsWith("UNAVAILABLE -", Call(), StringComparison.Ordinal);
        string[] secure = ["--cacert", _folder.Of("authority.pem"), "--json", "{}", $"https://localhost:{running.Port(IngestProtocol.OtlpHttp)}/v1/traces"];
        Assert.StartsWith("HTTP/2 200", Running.Curl(["--cert", _folder.Of("client.pem"), "--key", _folder.Of("client.key"), .. secure]), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", Running.Curl(["--http1.1", "--cert", _folder.Of("client.pem"), "--key", _folder.Of("client.key"), .. secure]), StringComparison.Ordinal);
        Assert.DoesNotContain("200", Running.Curl(secure), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hundred_connections_with_ten_streams_each_lose_nothing()
    {
        const int calls = 2000;
        byte[] body = [0, .. BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(Running.Request.Length)), .. Running.Request];

        var said = Running.Program(
            "h2load", "-n", $"{calls}", "-c", "100", "-m", "10", "-t", "1", "-d", File("body", body), "-H", "content-type: application/grpc", "-H", "te: trailers",
            $"http://{Target}{Export}");

        Assert.Contains($"{calls} total, {calls} started, {calls} done, {calls} succeeded, 0 failed", said, StringComparison.Ordinal);
        Assert.Equal(2 * calls, _running.Intake.Spans.Count);
        Assert.Equal(2 * calls, _running.Servers.Counters.Accepted(IngestProtocol.OtlpGrpc));
    }

    private string Target => $"127.0.0.1:{_running.Port(IngestProtocol.OtlpGrpc)}";

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var i = 0; i < 2000 && !condition(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
        Assert.True(condition());
    }

    private string Request() => File("request", Running.Request);

    private string File(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(_folder.Of(name), content);
        return _folder.Of(name);
    }
}
