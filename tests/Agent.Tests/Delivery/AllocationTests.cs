// SPDX-License-Identifier: Apache-2.0
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Agent.Delivery;

namespace Agent.Tests.Delivery;

public class AllocationTests
{
    [Fact]
    public void Ring_to_otlp_allocates_nothing()
    {
        var bench = new SpanBench();
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
        var line = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("bench-spans: 200000 spans in ", line, StringComparison.Ordinal);
        Assert.EndsWith(", 0 bytes allocated\n", line, StringComparison.Ordinal);
    }

    private static string Root([CallerFilePath] string self = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(self)!, "..", "..", ".."));
}
