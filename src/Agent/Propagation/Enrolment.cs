// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>The sockets in the sockmap.</summary>
internal sealed class Enrolment(BpfMap<ulong, uint> pids, EnrolledSockets enrolled)
{
    private const int Chunk = 1024;

    /// <summary>Takes all out, for when no more are put in. What is enrolled at this moment may be missed.</summary>
    internal unsafe void EvictAll()
    {
        var cookies = new ulong[Chunk];
        var owners = new uint[Chunk];
        fixed (ulong* keys = cookies)
        fixed (uint* values = owners)
        {
            uint position = 0;
            var more = true;
            for (var first = true; more; first = false)
            {
                more = pids.TryReadChunk(ref position, first, keys, values, Chunk, out var count);
                foreach (var cookie in cookies.AsSpan(0, (int)count))
                {
                    enrolled.Remove(cookie);
                    pids.Remove(cookie);
                }
            }
        }
    }
}
