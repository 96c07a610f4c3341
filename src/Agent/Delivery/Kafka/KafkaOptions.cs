// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Kafka;

/// <summary>A topic, and how its brokers are spoken to; immutable, made once from the environment.</summary>
internal sealed record KafkaOptions
{
    /// <summary>host:port, separated by commas: those that are asked for the others.</summary>
    internal required string Brokers { get; init; }

    internal required string Topic { get; init; }

    /// <summary>Of one message, in bytes; brokers take 1,048,588 if nobody has told them otherwise.</summary>
    internal int MaxMessageBytes { get; init; } = 1_000_000;

    /// <summary>Of what is written.</summary>
    internal string Compression { get; init; } = "lz4";

    /// <summary>Where consumer groups begin; that of a receiver is called this, a hyphen, and its name.</summary>
    internal string Group { get; init; } = "hilo";

    /// <summary>How long a member of a group may be silent until its partitions go to others.</summary>
    internal TimeSpan SessionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The folder for messages that no receiver will take; null: they stay in the topic alone.</summary>
    internal string? Refused { get; init; }

    /// <summary>What librdkafka is told about TLS and authentication, by its own names.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Security { get; init; } = [];

    /// <summary>Whether brokers are told who asks; a certificate of one's own is not that.</summary>
    internal bool HasSasl { get; init; }
}
