// SPDX-License-Identifier: Apache-2.0
using Agent.Propagation;

namespace Kernel.Tests;

public class CanaryTests
{
    /// <summary>Bytes and wake-ups must be right on every kernel; the others are what the canary is there to find out.</summary>
    [Fact]
    public void Sockets_in_a_sockmap_pass_bytes_and_wake()
    {
        var report = Canary.Try();
        Assert.True(report.PassesBytes);
        Assert.True(report.WakesEdgeTriggered);
        Assert.True(report.MayEnrol);
    }

    [Fact]
    public void What_is_found_does_not_change_from_one_try_to_the_next() => Assert.Equal(Canary.Try(), Canary.Try());
}
