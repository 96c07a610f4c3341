// SPDX-License-Identifier: Apache-2.0
// A message is there when all replicas in sync have it, and is there once: librdkafka numbers what it sends, so that brokers know
// what they have already. It never gives up by itself.
using System.Globalization;

namespace Agent.Delivery.Kafka;

/// <summary>Writes to one topic. Used by one thread at a time.</summary>
/// <param name="batchBytes">Of what is sent together; brokers judge the whole of it, compressed.</param>
/// <param name="delivered">Called while polling: what is said of the message with this number.</param>
internal sealed unsafe class KafkaProducer(KafkaOptions options, int batchBytes, Action<int, KafkaError> delivered) : KafkaClient(
    LibRdKafka.Producer,
    options,
    ("enable.idempotence", "true"),
    ("acks", "all"),
    ("message.timeout.ms", "0"),
    ("linger.ms", "5"),
    ("partitioner", "murmur2_random"), // what clients in Java do
    ("compression.type", options.Compression),
    ("message.max.bytes", options.MaxMessageBytes.ToString(CultureInfo.InvariantCulture)),
    ("batch.size", batchBytes.ToString(CultureInfo.InvariantCulture)),
    ("queue.buffering.max.kbytes", "16384"))
{
    private readonly string _name = options.Topic;
    private nint _topic;

    /// <summary>False: there is no room now. Other errors are delivered like those of brokers.</summary>
    internal bool TrySend(int number, ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Open();
        fixed (byte* keyBytes = key, bytes = value)
        {
            if (LibRdKafka.Produce(
                _topic, LibRdKafka.AnyPartition, LibRdKafka.CopyPayload, bytes, (nuint)value.Length, keyBytes, (nuint)key.Length, number) == 0)
            {
                return true;
            }
        }
        var error = LibRdKafka.LastError();
        if (error != KafkaError.QueueFull)
        {
            delivered(number, error);
        }
        return error != KafkaError.QueueFull;
    }

    /// <summary>Sends at once what is there, and tells what became of it, until nothing is on its way or the time is over.</summary>
    internal void Flush(TimeSpan limit) => LibRdKafka.Flush(Handle, (int)limit.TotalMilliseconds);

    /// <summary>Whether the topic is there; <see cref="KafkaClient.Trouble"/> may say more.</summary>
    internal KafkaError Ask(TimeSpan limit)
    {
        Open();
        LibRdKafka.Description* description;
        var error = LibRdKafka.Describe(Handle, 0, _topic, &description, (int)limit.TotalMilliseconds);
        _ = LibRdKafka.Poll(Handle, 0);
        if (error == KafkaError.None)
        {
            error = description->Topics > 0 ? description->TopicElements[0].Error : KafkaError.None;
            LibRdKafka.DestroyDescription(description);
        }
        return error;
    }

    private void Open()
    {
        if (_topic == 0)
        {
            _topic = LibRdKafka.NewTopic(Handle, _name, 0);
        }
    }

    protected override void Delivered(in LibRdKafka.Message message) => delivered((int)message.Opaque, message.Error);

    protected override void Leave()
    {
        delivered = (_, _) => { };
        LibRdKafka.Purge(Handle, LibRdKafka.PurgeAll);
    }

    protected override void Destroy()
    {
        if (_topic != 0)
        {
            LibRdKafka.DestroyTopic(_topic);
        }
        base.Destroy();
    }
}
