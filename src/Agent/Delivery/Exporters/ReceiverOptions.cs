// SPDX-License-Identifier: Apache-2.0
using System.Net;
using Agent.Delivery.Kafka;

namespace Agent.Delivery.Exporters;

/// <summary>A place that spans are sent to; immutable, made once from the environment.</summary>
internal sealed record ReceiverOptions
{
    /// <summary>Stands in the log and the ledger, unique among the receivers.</summary>
    internal required string Name { get; init; }

    /// <summary>
    /// http, https: the full URL that requests are sent to (for gRPC, host and port of it). unix: the path of a socket.
    /// file: the path of a file. kafka: brokers and topic, for people.
    /// </summary>
    internal required Uri Endpoint { get; init; }

    internal ReceiverProtocol Protocol { get; init; }

    /// <summary>Sent with each request.</summary>
    internal IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>For one attempt.</summary>
    internal TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bodies are sent as gzip.</summary>
    internal bool Compresses { get; init; }

    /// <summary>For https.</summary>
    internal ReceiverTls Tls { get; init; } = ReceiverTls.Default;

    /// <summary>Null: connect directly.</summary>
    internal IWebProxy? Proxy { get; init; }

    /// <summary>Of a topic.</summary>
    internal KafkaOptions? Kafka { get; init; }

    internal bool IsSocket => Endpoint.Scheme == ReceiverEndpoint.UnixScheme;

    internal IExporter CreateExporter() => Protocol switch
    {
        ReceiverProtocol.OtlpGrpc => new OtlpGrpcExporter(this),
        ReceiverProtocol.Zipkin => new ZipkinExporter(this),
        ReceiverProtocol.File => new FileExporter(this),
        ReceiverProtocol.Kafka => new KafkaExporter(this),
        _ => new OtlpHttpExporter(this),
    };
}
