// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>A TCP connection of the agent with itself, with blocking sockets that .NET knows nothing of.</summary>
internal sealed unsafe class LoopbackPair : IDisposable
{
    internal const int SocketLevel = 1;
    internal const int NoSignal = 0x4000;
    private const int FamilyV4 = 2;
    private const int StreamCloseOnExec = 0x80001;
    private const int AddressSize = 16;
    private const int WaitAll = 0x100;
    private const int DontWait = 0x40;
    private const int OptionSendBuffer = 7;
    private const int OptionReceiveBuffer = 8;
    private const int OptionReceiveTimeout = 20;
    private const int OptionSendTimeout = 21;
    private const int TcpLevel = 6;
    private const int OptionNoDelay = 1;

    private LoopbackPair(int client, int server)
    {
        Client = client;
        Server = server;
    }

    internal int Client { get; }

    internal int Server { get; }

    internal static LoopbackPair Open()
    {
        var address = stackalloc byte[AddressSize];
        uint size = AddressSize;
        new Span<byte>(address, AddressSize).Clear();
        *(ushort*)address = FamilyV4;
        address[4] = 127;
        address[7] = 1;
        var listener = LibC.Socket(FamilyV4, StreamCloseOnExec, 0);
        var client = LibC.Socket(FamilyV4, StreamCloseOnExec, 0);
        var server = -1;
        if (LibC.Bind(listener, address, AddressSize) == 0 && LibC.Listen(listener, 1) == 0 &&
            LibC.SocketName(listener, address, &size) == 0 && LibC.Connect(client, address, AddressSize) == 0)
        {
            server = LibC.Accept(listener, null, null);
        }
        var error = LibC.LastError;
        _ = LibC.Close(listener);
        if (server < 0)
        {
            _ = LibC.Close(client);
            throw new BpfException("cannot connect on 127.0.0.1", error);
        }
        return new LoopbackPair(client, server);
    }

    /// <summary>Ends reads and writes that wait in vain.</summary>
    internal void LimitWaits()
    {
        var limit = stackalloc long[2] { Canary.TimeoutMilliseconds / 1000, Canary.TimeoutMilliseconds % 1000 * 1000 };
        foreach (var fd in (ReadOnlySpan<int>)[Client, Server])
        {
            _ = LibC.SetSocketOption(fd, SocketLevel, OptionReceiveTimeout, limit, 2 * sizeof(long));
            _ = LibC.SetSocketOption(fd, SocketLevel, OptionSendTimeout, limit, 2 * sizeof(long));
        }
    }

    /// <summary>So much of the client's bytes has room on the way, whatever the host's defaults for TCP are.</summary>
    internal void MakeRoom(int size)
    {
        _ = LibC.SetSocketOption(Client, SocketLevel, OptionSendBuffer, &size, sizeof(int));
        _ = LibC.SetSocketOption(Server, SocketLevel, OptionReceiveBuffer, &size, sizeof(int));
    }

    /// <summary>The client does not wait with small segments.</summary>
    internal void SendAtOnce()
    {
        var one = 1;
        _ = LibC.SetSocketOption(Client, TcpLevel, OptionNoDelay, &one, sizeof(int));
    }

    internal bool SendFromServer(int count) => Send(Server, count, 0);

    internal bool SendFromClient(int count, int position) => Send(Client, count, position);

    internal bool ReceiveAtServer(byte* target, int count) =>
        LibC.Receive(Server, target, (nuint)count, WaitAll) == count;

    /// <summary>Nothing more has come.</summary>
    internal bool IsServerIdle()
    {
        byte one;
        return LibC.Receive(Server, &one, 1, DontWait) < 0 && LibC.LastError == LibC.ErrorAgain;
    }

    public void Dispose()
    {
        _ = LibC.Close(Client);
        _ = LibC.Close(Server);
    }

    private static bool Send(int fd, int count, int position)
    {
        var bytes = stackalloc byte[count];
        CanaryBytes.Fill(new Span<byte>(bytes, count), position);
        return LibC.Send(fd, bytes, (nuint)count, NoSignal) == count;
    }
}
