// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Agent.Config;

/// <summary>OTEL_EBPF_HEALTH_CHECK_PORT, _LISTEN_ADDRESS and _UNIX_SOCKET_PATH, named as OBI names them.</summary>
/// <param name="Place">Where health is told; null for nowhere of its own.</param>
/// <param name="Name">What asked for it ...</param>
/// <param name="Value">... and how.</param>
internal sealed record HealthOptions(EndPoint? Place, string Name, string Value)
{
    internal const string PortName = "OTEL_EBPF_HEALTH_CHECK_PORT";
    internal const string AddressName = "OTEL_EBPF_HEALTH_CHECK_LISTEN_ADDRESS";
    internal const string SocketName = "OTEL_EBPF_HEALTH_CHECK_UNIX_SOCKET_PATH";

    /// <summary>The file that the place is; null when it is none.</summary>
    internal string? SocketFile => Place is UnixDomainSocketEndPoint && Value[0] == '/' ? Value : null;

    /// <summary>A socket in the file system or, with @, an abstract one comes before a port.</summary>
    internal static HealthOptions Parse(string? port, string? address, string? socket)
    {
        ushort number = 0;
        var host = IPAddress.Loopback;
        if (!string.IsNullOrWhiteSpace(port) && !ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            throw new ConfigException(PortName, port, "use a port from 1 to 65535, or 0 for none");
        }
        if (!string.IsNullOrWhiteSpace(address) && !IPAddress.TryParse(address, out host))
        {
            throw new ConfigException(AddressName, address, "use an address like 127.0.0.1, 0.0.0.0 or ::");
        }
        return !string.IsNullOrWhiteSpace(socket) ? new HealthOptions(SocketAt(socket), SocketName, socket)
            : number != 0 ? new HealthOptions(new IPEndPoint(host, number), PortName, port!)
            : new HealthOptions(null, "", "");
    }

    /// <summary>The address of a Unix socket: a path, or @ and an abstract name.</summary>
    private static UnixDomainSocketEndPoint SocketAt(string socket)
    {
        var isAbstract = socket[0] == '@' && socket.Length > 1;
        if (!isAbstract && socket[0] != '/')
        {
            throw new ConfigException(SocketName, socket, "use an absolute path, or @ and a name");
        }
        try
        {
            return new UnixDomainSocketEndPoint(isAbstract ? "\0" + socket[1..] : socket);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new ConfigException(SocketName, socket, "use a shorter one: sockets have at most 107 bytes");
        }
    }
}
