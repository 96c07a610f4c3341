// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using OpenTelemetry.Proto.Trace.V1;
using Scenarios.Harness;
using Span = Scenarios.Harness.Span;

namespace Scenarios.Delivery;

/// <summary>Libraries with which services are instrumented, sending to `hilo collect`: what they say arrives at an OTLP receiver.</summary>
public sealed class ClientsTests : Scenario
{
    private const int GrpcPort = 4327;
    private const int HttpPort = 4328;
    private const int ZipkinPort = 9411;
    private const int Count = 40;

    [Theory]
    [InlineData("proto", HttpPort, "/v1/traces")]
    [InlineData("http", HttpPort, "/v1/traces")]
    [InlineData("grpc", GrpcPort, "")]
    public void OpenTelemetry_for_Node(string exporter, int port, string path)
    {
        var spans = Collect(new ProgramStart("node", "node-otel/send.js", exporter, Url(port, path), Text(Count))
        {
            Environment = { ["NODE_PATH"] = Build.NodeOtel() },
        });

        Assert.All(spans, span =>
        {
            Assert.Equal("PÜT", span.Attributes["http.request.method"]);
            Assert.Equal(Status.Types.StatusCode.Error, span.Status);
        });
    }

    [Theory]
    [InlineData("V1_JSON", "/api/v1/spans")]
    [InlineData("V2_JSON", "/api/v2/spans")]
    public void Zipkin_for_Python(string encoding, string path) =>
        Zipkin(new ProgramStart("/usr/bin/python3", "python/zipkin_send.py", encoding, Url(ZipkinPort, path), Text(Count)));

    [Fact]
    public void Zipkin_for_Go() => Zipkin(new ProgramStart(Build.Go("zipkin"), Url(ZipkinPort, "/api/v2/spans"), Text(Count)));

    private void Zipkin(ProgramStart client) => Assert.All(Collect(client), span =>
    {
        Assert.Equal("shop", span.Service);
        Assert.Equal("PÜT", span.Attributes["http.method"]);
    });

    private List<Span> Collect(ProgramStart client)
    {
        using var receiver = new OtlpReceiver(Sandbox.Network);
        var collect = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "collect")
        {
            Environment =
            {
                ["HILO_INGEST"] = "none",
                ["HILO_INGEST_OTLP_GRPC"] = $"127.0.0.1:{GrpcPort}",
                ["HILO_INGEST_OTLP_HTTP"] = $"127.0.0.1:{HttpPort}",
                ["HILO_INGEST_ZIPKIN"] = $"127.0.0.1:{ZipkinPort}",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Url(OtlpReceiver.Port, ""),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            },
        });
        collect.WaitFor(() => new[] { GrpcPort, HttpPort, ZipkinPort }.All(Sandbox.Network.IsListening), "listeners");
        Assert.Contains("sent", Sandbox.StartOutside(client).Finish(), StringComparison.Ordinal);
        Assert.Equal(0, collect.Stop(Native.SigTerm));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"seen {Count} = exported {Count} + dropped 0"), collect.Errors, StringComparison.Ordinal);

        var spans = receiver.Spans.ToList();
        Assert.Equal(Enumerable.Range(0, Count).Select(i => $"order {i}").Order(StringComparer.Ordinal), spans.Select(span => span.Name).Order(StringComparer.Ordinal));
        Assert.All(spans, span => Assert.True(span.IsClient));
        return spans;
    }

    private static string Url(int port, string path) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}{path}");

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
