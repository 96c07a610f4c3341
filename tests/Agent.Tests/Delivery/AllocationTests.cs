// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Agent.Delivery;

namespace Agent.Tests.Delivery;

public class AllocationTests
{
    [Theory]
    [InlineData(BenchTraffic.Http1)]
    [InlineData(BenchTraffic.Http2)]
    [InlineData(BenchTraffic.Grpc)]
    internal void Ring_to_otlp_allocates_nothing(BenchTraffic traffic)
    {
        var bench = new SpanBench(traffic);
        bench.Measure(20_000);

        var (_, bytesPerSpan, allocated) = bench.Measure(200_000);

        Assert.Equal(0, allocated);
        Assert.InRange(bytesPerSpan, 300, 1000);
    }

    [Fact]
    public async Task Ring_to_otlp_allocates_nothing_in_the_binary_either()
    {
        var binary = Path.Combine(Root(), "out", "hilo");
        Assert.True(File.Exists(binary), "out/hilo is not built: ./build.sh");

        var start = new ProcessStartInfo(binary, ["bench-spans", "200000"]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.All(lines, line => Assert.Matches("^bench-spans (Http1|Http2|Grpc): 200000 spans in .*, 0 bytes allocated$", line));
    }

    private static string Root([CallerFilePath] string self = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "..", "..", ".."));
}
