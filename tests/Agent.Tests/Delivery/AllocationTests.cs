// SPDX-License-Identifier: Apache-2.0
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
}
