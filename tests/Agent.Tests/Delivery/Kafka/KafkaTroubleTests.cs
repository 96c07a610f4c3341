// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery.Kafka;

namespace Agent.Tests.Delivery.Kafka;

public class KafkaTroubleTests
{
    private const string Wrong = "sasl_plaintext://one:1/bootstrap: SASL authentication error: Authentication failed";

    [Fact]
    public void The_cause_is_said_and_not_what_follows_of_it()
    {
        var trouble = new KafkaTrouble(isAnonymous: false);
        trouble.Add(KafkaError.AllBrokersDown, "1/1 brokers are down", 0);
        trouble.Add(KafkaError.Authentication, Wrong + " (after 3ms in state AUTH_REQ)", 1);
        trouble.Add(KafkaError.Authentication, Wrong.Replace("one", "two", StringComparison.Ordinal) + " (after 9ms in state AUTH_REQ)", 9000);
        trouble.Add(KafkaError.Transport, "two:1: Disconnected", 9500);
        trouble.Add(KafkaError.AllBrokersDown, "1/1 brokers are down", 18_000);
        Assert.Equal(Wrong, trouble.Text);
    }

    [Fact]
    public void Another_cause_takes_the_place_of_one_that_is_over()
    {
        var trouble = new KafkaTrouble(isAnonymous: false);
        trouble.Add(KafkaError.Authentication, Wrong, 0);
        trouble.Add(KafkaError.Transport, "one:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused (after 0ms in state CONNECT)", 10_001);
        Assert.Equal("one:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused", trouble.Text);
        trouble.Clear();
        Assert.Null(trouble.Text);
        trouble.Add(KafkaError.AllBrokersDown, "1/1 brokers are down", 10_002);
        Assert.Equal("1/1 brokers are down", trouble.Text);
    }

    [Theory]
    [InlineData("one:1: Disconnected (after 1ms in state UP)", "one:1: Disconnected; if these brokers want SASL, HILO_KAFKA_SASL says how")]
    [InlineData("one:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused", "one:1: Connect to ipv4#127.0.0.1:1 failed: Connection refused")]
    public void Who_says_no_name_is_told_that_one_may_be_wanted(string reason, string expected)
    {
        var trouble = new KafkaTrouble(isAnonymous: true);
        trouble.Add(KafkaError.Transport, reason, 0);
        Assert.Equal(expected, trouble.Text);
    }
}
