// SPDX-License-Identifier: Apache-2.0
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Kubernetes;

/// <summary>Who has which address in the network of the cluster. Asked for each span, without a lock or a text being made.</summary>
internal sealed class PeerNames
{
    private const int AddressSize = 16;
    private readonly ConcurrentDictionary<UInt128, byte[]> _names = [];

    /// <param name="address">As the kernel has it: 16 bytes, IPv4 mapped into IPv6.</param>
    /// <returns><c>name.namespace</c>; empty: nobody that is known.</returns>
    internal ReadOnlySpan<byte> Find(ReadOnlySpan<byte> address) =>
        _names.TryGetValue(MemoryMarshal.Read<UInt128>(address), out var name) ? name : default;

    internal void Set(string address, string name)
    {
        if (TryKey(address, out var key))
        {
            _names[key] = Encoding.UTF8.GetBytes(name);
        }
    }

    internal void Remove(string address)
    {
        if (TryKey(address, out var key))
        {
            _names.TryRemove(key, out _);
        }
    }

    // What is no address (a service without one has None) has no key.
    private static bool TryKey(string text, out UInt128 key)
    {
        Span<byte> bytes = stackalloc byte[AddressSize];
        key = 0;
        if (!IPAddress.TryParse(text, out var address) || address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6))
        {
            return false;
        }
        address.MapToIPv6().TryWriteBytes(bytes, out _);
        key = MemoryMarshal.Read<UInt128>(bytes);
        return true;
    }
}
