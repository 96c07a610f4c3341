// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>Writes <c>traceparent</c> into requests: the message program of the sockmap that client sockets are in.</summary>
internal static class Http1Header
{
    /// <summary>Attaches for the life of the map; when the agent ends in any way, map and program go together.</summary>
    internal static void Attach(BpfObject sockmap)
    {
        var enrolled = sockmap.Map<ulong, ulong>("enrolled");
        foreach (var program in sockmap.Programs())
        {
            if (program.IsSockMessage)
            {
                program.AttachSockmap(enrolled.Fd);
            }
        }
    }
}
