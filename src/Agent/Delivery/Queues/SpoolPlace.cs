// SPDX-License-Identifier: Apache-2.0
namespace Agent.Delivery.Queues;

/// <summary>Where the spans are that a reader wants next.</summary>
internal enum SpoolPlace
{
    Nowhere,
    Memory,
    File,
}
