// SPDX-License-Identifier: Apache-2.0
using Agent.Targets;

namespace Agent.Tests.Targets;

public class ChangeQueueTests
{
    [Fact]
    public void Changes_come_in_order()
    {
        var queue = new ChangeQueue();
        queue.Post(new Change(ChangeKind.Fork, 1));
        queue.Post(new Change(ChangeKind.Exec, 1));
        Assert.True(queue.TryTake(TimeSpan.Zero, out var first));
        Assert.True(queue.TryTake(TimeSpan.Zero, out var second));
        Assert.Equal((ChangeKind.Fork, ChangeKind.Exec), (first.Kind, second.Kind));
        Assert.False(queue.TryTake(TimeSpan.Zero, out _));
    }

    [Fact]
    public void Closing_ends_the_wait()
    {
        var queue = new ChangeQueue();
        var reader = new Thread(() => queue.TryTake(Timeout.InfiniteTimeSpan, out _));
        reader.Start();
        queue.Close();
        Assert.True(reader.Join(TimeSpan.FromSeconds(10)));
        Assert.True(queue.IsClosed);
    }
}
