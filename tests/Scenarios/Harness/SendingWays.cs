// SPDX-License-Identifier: Apache-2.0
namespace Scenarios.Harness;

/// <summary>The system calls in which the player can send one run of bytes.</summary>
internal static class SendingWays
{
    public static readonly string[] OneNumber = ["send", "bytes", "sendfile", "splice", "zerocopy", "uring", "uringzc"];
}
