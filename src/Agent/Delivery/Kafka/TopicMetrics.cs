// SPDX-License-Identifier: Apache-2.0
using Agent.Diagnostics;

namespace Agent.Delivery.Kafka;

/// <summary>How far receivers are with a topic, as metrics.</summary>
internal sealed class TopicMetrics(IReadOnlyList<KafkaSource> sources)
{
    internal void Describe(MetricsText text)
    {
        text.Gauge("hilo_topic_lag_messages", "In the partitions read here, not with the receiver: the sum of all instances is what is to be scaled on.");
        Each(text, source => source.Lag);
        text.Gauge("hilo_topic_partitions", "Read here, by receiver.");
        Each(text, source => source.Partitions);
        text.Counter("hilo_topic_unreadable_messages_total", "Passed over, because they are not spans.");
        Each(text, source => source.Unreadable);
    }

    private void Each(MetricsText text, Func<KafkaSource, double> value)
    {
        foreach (var source in sources)
        {
            text.Value("receiver", source.Name, value(source));
        }
    }
}
