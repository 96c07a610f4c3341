// SPDX-License-Identifier: Apache-2.0
namespace Agent.Propagation;

/// <summary>What the canary tries on a socket in a sockmap.</summary>
internal enum CanaryTrial
{
    /// <summary>FIONREAD answers what is queued.</summary>
    Fionread,

    /// <summary>A blocking read goes on after a signal whose handler restarts calls.</summary>
    Signals,

    /// <summary>Edge-triggered epoll reports data that arrives.</summary>
    EdgeTriggered,

    /// <summary>What is sent arrives unchanged.</summary>
    Bytes,

    /// <summary>What the message program inserts arrives where it belongs, and the sender counts its own bytes only.</summary>
    Insertion,

    /// <summary>splice() from a pipe into the socket.</summary>
    SpliceInto,

    /// <summary>splice() from the socket into a pipe.</summary>
    SpliceFrom,

    /// <summary>sendfile().</summary>
    SendFile,

    /// <summary>After shutdown(SHUT_WR) the peer reads to the end, and what it answers arrives, with its end.</summary>
    HalfClose,

    /// <summary>MSG_ZEROCOPY: every send is reported as complete, once.</summary>
    ZeroCopy,

    /// <summary>A non-blocking writer with a full buffer is told when it may go on, and every byte arrives once.</summary>
    Backpressure,
}
