// SPDX-License-Identifier: Apache-2.0
namespace Agent.Sources;

/// <summary>The moments at which plaintext is seen.</summary>
internal enum TlsHook : byte
{
    Write,
    WriteReturn,
    Read,
    ReadReturn,

    /// <summary>Of TLS of Go's own a handshake begins.</summary>
    GoHandshake,
    GoWrite,
    GoRead,
}
