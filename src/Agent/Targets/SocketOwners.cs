// SPDX-License-Identifier: Apache-2.0
// Marks sockets that a process opened before it became a target. Sockets opened later are seen by the programs.
//
// The kernel gives a copy of another process's descriptor (pidfd_getfd); through it the socket's storage is written, and
// the copy is closed at once: while it is open, a close by the process itself would not reach the peer.
using Agent.Bpf;
using Agent.Contract;

namespace Agent.Targets;

/// <summary>Writes the <c>owners</c> storage of sockets that are older than their target.</summary>
internal sealed unsafe class SocketOwners(ProcFs proc, BpfMap<int, Owner> owners)
{
    private const int SocketLevel = 1; /* SOL_SOCKET */
    private const int OptionAccepting = 30; /* SO_ACCEPTCONN */
    private const int OptionProtocol = 38; /* SO_PROTOCOL */
    private const int TcpProtocol = 6; /* IPPROTO_TCP, also SOL_TCP */
    private const int OptionTcpInfo = 11; /* TCP_INFO; its first byte is the state */
    private const byte StateEstablished = 1;
    private const int AddressSize = 28; /* sockaddr_in6 */
    private const int FamilyV4 = 2;
    private const int FamilyV6 = 10;

    /// <summary>Marks listeners, then open connections. Returns how many of each were found.</summary>
    internal (int Listeners, int Connections) Mark(TargetProcess process)
    {
        var found = (0, 0);
        Open(process.Pid, pidFd => found = Mark(pidFd, process));
        return found;
    }

    /// <summary>Takes the marks away: what its listeners accept from now on is nobody's.</summary>
    internal void Unmark(int pid) => Open(pid, pidFd =>
    {
        foreach (var descriptor in proc.Descriptors(pid))
        {
            if (proc.SocketInode(pid, descriptor) != 0)
            {
                Visit(pidFd, descriptor, socket => _ = owners.Remove(socket));
            }
        }
    });

    private static void Open(int pid, Action<int> work)
    {
        var pidFd = LibC.PidFdOpen(pid);
        if (pidFd >= 0)
        {
            work(pidFd);
            _ = LibC.Close(pidFd);
        }
    }

    // Listeners first: what they accept from then on carries their mark, and their ports tell the role of connections.
    private (int Listeners, int Connections) Mark(int pidFd, TargetProcess process)
    {
        var ports = new HashSet<ushort>();
        var established = new List<int>();
        foreach (var descriptor in proc.Descriptors(process.Pid))
        {
            if (proc.SocketInode(process.Pid, descriptor) != 0)
            {
                Visit(pidFd, descriptor, socket => Sort(socket, descriptor, process, ports, established));
            }
        }
        foreach (var descriptor in established)
        {
            Visit(pidFd, descriptor, socket => MarkConnection(socket, process, ports));
        }
        return (ports.Count, established.Count);
    }

    private static void Visit(int pidFd, int descriptor, Action<int> visit)
    {
        var socket = LibC.PidFdGetFd(pidFd, descriptor);
        if (socket >= 0)
        {
            visit(socket);
            _ = LibC.Close(socket);
        }
    }

    private void Sort(
        int socket, int descriptor, TargetProcess process, HashSet<ushort> ports, List<int> established)
    {
        if (Option(socket, SocketLevel, OptionProtocol) != TcpProtocol)
        {
            return;
        }
        if (Option(socket, SocketLevel, OptionAccepting) == 1)
        {
            Write(socket, process, Role.Server, existed: false);
            ports.Add(LocalPort(socket));
        }
        else if ((byte)Option(socket, TcpProtocol, OptionTcpInfo) == StateEstablished)
        {
            established.Add(descriptor);
        }
    }

    private void MarkConnection(int socket, TargetProcess process, HashSet<ushort> ports)
    {
        var role = ports.Contains(LocalPort(socket)) ? Role.Server : Role.Client;
        Write(socket, process, role, existed: true);
    }

    // What the kernel side has written knows more than this scan: an entry that is there stays.
    private void Write(int socket, TargetProcess process, Role role, bool existed)
    {
        var owner = new Owner
        {
            Pid = (uint)process.Target.Pid,
            Process = (uint)process.Pid,
            Role = role,
            Existed = existed ? (byte)1 : (byte)0,
        };
        _ = owners.Add(socket, owner);
    }

    private static int Option(int socket, int level, int option)
    {
        var value = -1;
        uint size = sizeof(int);
        return LibC.SocketOption(socket, level, option, &value, &size) == 0 ? value : -1;
    }

    private static ushort LocalPort(int socket)
    {
        var address = stackalloc byte[AddressSize];
        uint size = AddressSize;
        if (LibC.SocketName(socket, address, &size) != 0 || *(ushort*)address is not (FamilyV4 or FamilyV6))
        {
            return 0;
        }
        return (ushort)((address[2] << 8) | address[3]);
    }
}
