// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Kafka;

/// <summary>rd_kafka_resp_err_t: those that something is done about.</summary>
internal enum KafkaError
{
    Transport = -195,
    AllBrokersDown = -187,
    QueueFull = -184,
    Ssl = -181,
    AssignPartitions = -175,
    RevokePartitions = -174,
    Authentication = -169,
    Fatal = -150,
    None = 0,
    MessageTooLarge = 10,
}
