// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Exporters;

/// <summary>What is spoken to a receiver.</summary>
internal enum ReceiverProtocol
{
    OtlpHttp,
    OtlpGrpc,

    /// <summary>JSON, version 2.</summary>
    Zipkin,

    /// <summary>OTLP JSON lines, appended to a file.</summary>
    File,

    /// <summary>A topic.</summary>
    Kafka,
}
