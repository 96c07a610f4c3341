// SPDX-License-Identifier: Apache-2.0
using Agent.Bpf;

namespace Agent.Propagation;

/// <summary>A TCP connection of the agent with itself, with blocking sockets that .NET knows nothing of.</summary>
internal sealed unsafe class LoopbackPair : IDisposable
{
    private const int FamilyV4 = 2;
    private const int StreamCloseOnExec = 0x80001;
    private const int AddressSize = 16;
    private const int WaitAll = 0x100;
    private const int NoSignal = 0x4000;

    private LoopbackPair(int client, int server)
    {
        Client = client;
        Server = server;
    }

    internal int Client { get; }

    private int Server { get; }

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

    internal void SendFromServer(int count)
    {
        var bytes = stackalloc byte[count];
        _ = LibC.Send(Server, bytes, (nuint)count, NoSignal);
    }

    internal bool ReceiveAtServer(byte* target, int count) =>
        LibC.Receive(Server, target, (nuint)count, WaitAll) == count;

    public void Dispose()
    {
        _ = LibC.Close(Client);
        _ = LibC.Close(Server);
    }
}
