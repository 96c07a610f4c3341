// SPDX-License-Identifier: Apache-2.0
using Agent.Delivery;
using Agent.Delivery.Exporters;

namespace Agent.Tests.Delivery.Kafka;

public class KafkaVariablesTests
{
    [Fact]
    public void A_topic_is_the_only_place_to_send_to()
    {
        var options = Read("HILO_QUEUE=kafka:one:9092,[::1]:9093/a.b_c-1;OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318;HILO_KAFKA_GROUP=team");

        var topic = Assert.Single(options.Targets);
        Assert.Equal((ReceiverProtocol.Kafka, "kafka", "kafka:one:9092,[::1]:9093/a.b_c-1"), (topic.Protocol, topic.Name, topic.Endpoint.ToString()));
        Assert.Equal(("one:9092,[::1]:9093", "a.b_c-1", "team", 1_000_000), (topic.Kafka!.Brokers, topic.Kafka.Topic, topic.Kafka.Group, topic.Kafka.MaxMessageBytes));
        Assert.Equal("otlp", Assert.Single(options.Receivers).Name); // of forward
        Assert.Null(options.Spool);
    }

    [Fact]
    public void A_topic_can_be_a_receiver_behind_a_queue_on_disk()
    {
        var options = Read("HILO_QUEUE=disk:/q;HILO_RECEIVERS=k;HILO_RECEIVER_K_TYPE=kafka;HILO_RECEIVER_K_ENDPOINT=one:9092/traces");

        Assert.NotNull(options.Spool);
        Assert.Equal(("k", "one:9092", "traces"), (options.Targets.Single().Name, options.Targets.Single().Kafka!.Brokers, options.Targets.Single().Kafka!.Topic));
    }

    [Theory]
    [InlineData("", "security.protocol=plaintext")]
    [InlineData(";HILO_KAFKA_TLS=true", "security.protocol=ssl")]
    [InlineData(";HILO_KAFKA_CERTIFICATE=/etc/passwd", "security.protocol=ssl ssl.ca.location=/etc/passwd")]
    [InlineData(";HILO_KAFKA_SASL=plain;HILO_KAFKA_USER=u;HILO_KAFKA_PASSWORD=p", "sasl.mechanism=PLAIN sasl.password=p sasl.username=u security.protocol=sasl_plaintext")]
    [InlineData(";HILO_KAFKA_SASL=scram-sha-512;HILO_KAFKA_USER=u;HILO_KAFKA_PASSWORD=p;HILO_KAFKA_TLS=true", "sasl.mechanism=SCRAM-SHA-512 sasl.password=p sasl.username=u security.protocol=sasl_ssl")]
    public void Security(string environment, string expected) => Assert.Equal(
        expected,
        string.Join(' ', Read("HILO_QUEUE=kafka:b:1/t" + environment).Topic!.Kafka!.Security.Select(one => $"{one.Key}={one.Value}").Order(StringComparer.Ordinal)));

    [Theory]
    [InlineData("HILO_QUEUE=kafka:", "HILO_QUEUE=kafka: cannot be used: use kafka:BROKERS/TOPIC")]
    [InlineData("HILO_QUEUE=kafka:broker", "use kafka:BROKERS/TOPIC")]
    [InlineData("HILO_QUEUE=kafka:broker:9092/a/b", "use kafka:BROKERS/TOPIC")]
    [InlineData("HILO_QUEUE=kafka:broker:99999/t", "use kafka:BROKERS/TOPIC")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_MAX_MESSAGE=10", "HILO_KAFKA_MAX_MESSAGE=10 cannot be used")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_COMPRESSION=zstd", "HILO_KAFKA_COMPRESSION=zstd cannot be used: use lz4")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_CERTIFICATE=/none", "HILO_KAFKA_CERTIFICATE=/none cannot be used: there is no such file")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_SASL=gssapi", "HILO_KAFKA_SASL=gssapi cannot be used")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_SESSION_TIMEOUT=10m", "HILO_KAFKA_SESSION_TIMEOUT=10m cannot be used: write a duration from 1s to 5m")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_REFUSED=here", "HILO_KAFKA_REFUSED=here cannot be used: write a whole path")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_SASL=oauthbearer", "HILO_KAFKA_SASL=oauthbearer cannot be used: use plain, scram-sha-256 or scram-sha-512 (there is no")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_SASL=plain;HILO_KAFKA_PASSWORD=p", "HILO_KAFKA_USER= cannot be used: HILO_KAFKA_SASL needs it")]
    [InlineData("HILO_QUEUE=kafka:b/t;HILO_KAFKA_PASSWORD=secret", "HILO_KAFKA_PASSWORD cannot be used: say what it is for")]
    public void What_cannot_be_meant_is_named(string environment, string expected)
    {
        var refused = Assert.ThrowsAny<FormatException>(() => Read(environment));
        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    private static DeliveryOptions Read(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return DeliveryOptions.FromEnvironment(variables.GetValueOrDefault);
    }
}
