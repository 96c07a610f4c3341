// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using Scenarios.Harness;

namespace Scenarios.Delivery;

/// <summary>Clients of HTTP/2 that ask for more work than it costs them: they are shown the door, and everybody else is served.</summary>
public sealed class FloodTests : Scenario
{
    private const int GrpcPort = 4327;
    private const int HttpPort = 4328;
    private const int Connections = 4;
    private const double Megabyte = 1 << 20;

    [Theory]
    [InlineData("resets")]
    [InlineData("bomb")]
    [InlineData("continuations")]
    [InlineData("pings")]
    [InlineData("settings")]
    [InlineData("nothing")]
    public void Floods_end_and_others_are_served(string kind)
    {
        using var receiver = new OtlpReceiver(Sandbox.Network);
        var collect = Sandbox.StartOutside(new ProgramStart(Repository.Agent, "collect")
        {
            Environment =
            {
                ["HILO_INGEST"] = "none",
                ["HILO_INGEST_OTLP_GRPC"] = Local(GrpcPort),
                ["HILO_INGEST_OTLP_HTTP"] = Local(HttpPort),
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://{Local(OtlpReceiver.Port)}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            },
        });
        collect.WaitFor(() => Sandbox.Network.IsListening(GrpcPort) && Sandbox.Network.IsListening(HttpPort), "listeners");
        Assert.Equal("200", Send());
        var before = Resident(collect);

        var flood = Sandbox.StartOutside(new ProgramStart("/usr/bin/python3", "python/flood.py", kind, Text(GrpcPort), Text(Connections)));
        var slowest = 0.0;
        while (!flood.HasExited)
        {
            var asked = System.Diagnostics.Stopwatch.StartNew();
            Assert.Equal("200", Send());
            slowest = Math.Max(slowest, asked.Elapsed.TotalSeconds);
        }
        var ended = flood.Finish().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var grown = (Resident(collect) - before) / Megabyte;
        Assert.Equal("200", Send());
        Assert.Equal(0, collect.Stop(Native.SigTerm));

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{kind}: {string.Join(", ", ended)}; others waited {slowest:F2} s at most; at most {grown:F1} MB more than before"));
        Assert.Equal(Connections, ended.Length);
        Assert.All(ended, one => Assert.Matches("goaway|closed", one));
        Assert.InRange(slowest, 0, 5);
        Assert.InRange(grown, -50, 32);
        Assert.Contains("dropped 0 ", collect.Errors, StringComparison.Ordinal);
    }

    private string Send() => Sandbox.StartOutside(new ProgramStart(
        "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-H", "content-type: application/json", "-d", """
        {"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174","name":"x","kind":2,"startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]}
        """, $"http://{Local(HttpPort)}/v1/traces")).Finish().TrimEnd();

    /// <summary>The most it has had so far.</summary>
    private static double Resident(RunningProgram program) => 1024 * double.Parse(
        File.ReadLines($"/proc/{program.Pid}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    private static string Local(int port) => $"127.0.0.1:{port}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
