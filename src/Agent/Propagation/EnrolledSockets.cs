// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>The two sockmaps that client sockets are members of, one at a time (<c>bpf/core/enrol.h</c>).</summary>
internal sealed class EnrolledSockets(BpfMap<ulong, ulong> enrolled, BpfMap<ulong, ulong> kept)
{
    internal static EnrolledSockets Of(BpfObject sockets) =>
        new(sockets.Map<ulong, ulong>("enrolled"), sockets.Map<ulong, ulong>("kept"));

    /// <summary>Takes a socket out, if it is in.</summary>
    internal void Remove(ulong cookie)
    {
        _ = enrolled.Remove(cookie);
        _ = kept.Remove(cookie);
    }
}
