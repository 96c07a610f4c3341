// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Queues;

namespace Agent.Tests.Delivery.Queues;

public class QueueVariablesTests
{
    [Theory]
    [InlineData("")]
    [InlineData("HILO_QUEUE=memory")]
    [InlineData("HILO_QUEUE=;HILO_QUEUE_DISK_AGE=1h")]
    public void In_memory_unless_a_directory_is_named(string environment) => Assert.Null(Read(environment));

    [Fact]
    public void A_directory_with_limits()
    {
        var spool = Read("HILO_QUEUE=disk:/var/lib/hilo;HILO_QUEUE_DISK_BYTES=2GiB;HILO_QUEUE_DISK_AGE=72h;HILO_QUEUE_SYNC=20ms")!;

        Assert.Equal(("/var/lib/hilo", 2L << 30, TimeSpan.FromHours(72), TimeSpan.FromMilliseconds(20)),
            (spool.Directory, spool.MaxBytes, spool.MaxAge!.Value, spool.SyncInterval));
        Assert.Equal((1L << 30, null, 100), (Read("HILO_QUEUE=disk:/q")!.MaxBytes, Read("HILO_QUEUE=disk:/q")!.MaxAge, Read("HILO_QUEUE=disk:/q")!.SyncInterval.TotalMilliseconds));
        Assert.Equal(67108864, Read("HILO_QUEUE=disk:/q;HILO_QUEUE_DISK_BYTES=67108864")!.MaxBytes);
    }

    [Theory]
    [InlineData("HILO_QUEUE", "disc:/q")]
    [InlineData("HILO_QUEUE", "disk:")]
    [InlineData("HILO_QUEUE", "disk:here")]
    [InlineData("HILO_QUEUE_DISK_BYTES", "1MiB")]
    [InlineData("HILO_QUEUE_DISK_BYTES", "much")]
    [InlineData("HILO_QUEUE_DISK_AGE", "72")]
    [InlineData("HILO_QUEUE_SYNC", "0ms")]
    public void A_value_that_cannot_be_meant_is_named_even_if_nothing_uses_it(string name, string value)
    {
        var refused = Assert.ThrowsAny<FormatException>(() => Read($"{name}={value}"));

        Assert.StartsWith($"{name}={value} cannot be used: ", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    private static SpoolOptions? Read(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).ToDictionary(
            pair => pair[..pair.IndexOf('=', StringComparison.Ordinal)], pair => pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        return QueueVariables.ReadSpool(name => variables.GetValueOrDefault(name));
    }
}
