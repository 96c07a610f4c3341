// SPDX-License-Identifier: Apache-2.0
// Each connection to each broker is tried again and again, and fails in words that differ by an address or a time; when none is
// left, that is an error as well. Of all this the cause is to be said, once.
namespace Agent.Delivery.Kafka;

/// <summary>Why a client gets no further. Used by whoever polls.</summary>
/// <param name="isAnonymous">Brokers are not told who asks.</param>
internal sealed class KafkaTrouble(bool isAnonymous)
{
    /// <summary>A cause that was not seen again for this long, ms, is one no more; connections are tried every two seconds.</summary>
    private const long Fresh = 10_000;

    private KafkaError _error;
    private long _seen;

    /// <summary>Null: nothing is wrong.</summary>
    internal string? Text { get; private set; }

    internal void Add(KafkaError error, string reason, long now)
    {
        if (Text is not null && error == _error)
        {
            _seen = now;
        }
        else if (Text is null || WeightOf(error) > WeightOf(_error) || now - _seen > Fresh)
        {
            (_error, _seen, Text) = (error, now, Explain(error, reason));
        }
    }

    internal void Clear() => Text = null;

    private static int WeightOf(KafkaError error) => error switch
    {
        KafkaError.Authentication or KafkaError.Ssl => 2,
        KafkaError.AllBrokersDown => 0,
        _ => 1,
    };

    private string Explain(KafkaError error, string reason)
    {
        var end = reason.LastIndexOf(" (after ", StringComparison.Ordinal); // ms, and a state of librdkafka's
        var text = end > 0 ? reason[..end] : reason;

        // Brokers that want to know who asks end connections on which they are asked something else.
        return isAnonymous && error == KafkaError.Transport && !text.Contains("Connect", StringComparison.Ordinal)
            ? $"{text}; if these brokers want SASL, HILO_KAFKA_SASL says how"
            : text;
    }
}
