// SPDX-License-Identifier: Apache-2.0
// Where TLS of Go's own is probed (bpf/core/tls_go.h): each place has all that is asked for in registers, so that nothing has to
// be paired with its return. What a session reads it copies, once, with a call; on the way there the compiler keeps the session
// where the function got it, on the stack.
using System.Buffers.Binary;
using Agent.Contract;
using Agent.Probes;
using Agent.Sources;

namespace Agent.Runtimes.Go;

/// <summary>Finds crypto/tls in a program of Go.</summary>
internal static class GoTls
{
    private const int HeadSize = 96;
    private const int MaxFunctionSize = 16 * 1024;
    private const string Read = "crypto/tls.(*Conn).Read";
    private const string Write = "crypto/tls.(*Conn).writeRecordLocked";
    private const string Copy = "runtime.memmove";

    private static readonly (string Name, uint Hello)[] Handshakes =
    [
        ("crypto/tls.(*clientHandshakeState).handshake", Constants.ProbeGoTlsClientHello),
        ("crypto/tls.(*clientHandshakeStateTLS13).handshake", Constants.ProbeGoTlsClientHello),
        ("crypto/tls.(*serverHandshakeState).handshake", Constants.ProbeGoTlsServerHello),
        ("crypto/tls.(*serverHandshakeStateTLS13).handshake", Constants.ProbeGoTlsServerHello),
    ];

    /// <summary>All places, or nothing: one without the others is of no use.</summary>
    internal static TlsSite[] Find(ElfFile elf)
    {
        var functions = GoFunctions.Find(elf, [Read, Write, Copy, .. Handshakes.Select(handshake => handshake.Name)]);
        var sites = new List<TlsSite>();
        for (var number = 0; number < Handshakes.Length; number++)
        {
            Add(TlsHook.GoHandshake, functions[3 + number], Handshakes[number].Hello);
        }
        if (sites.Count == 0 || functions[0] is not { } read || functions[2] is not { } copy || !TryFindCopy(elf, read, copy, out var site))
        {
            return [];
        }
        sites.Add(site);
        Add(TlsHook.GoWrite, functions[1], 0);
        return sites[^1].Hook == TlsHook.GoWrite ? [.. sites] : [];

        void Add(TlsHook hook, GoFunction? function, uint distance)
        {
            if (GoPlaces.TryFindBeginning(elf, function, out var offset))
            {
                sites.Add(new TlsSite(hook, false, offset, true, distance));
            }
        }
    }

    /// <summary>How far from the top of the stack a function keeps its first argument, from its first instructions.</summary>
    internal static bool TryFindFirstArgument(ReadOnlySpan<byte> code, out uint distance)
    {
        distance = 0;
        if (code.Length > HeadSize)
        {
            code = code[..HeadSize];
        }
        var near = code.IndexOf((ReadOnlySpan<byte>)[0x48, 0x89, 0x44, 0x24]); // mov %rax, 0x..(%rsp)
        var far = code.IndexOf((ReadOnlySpan<byte>)[0x48, 0x89, 0x84, 0x24]);
        if (near >= 0 && near + 4 < code.Length && code[near + 4] < 0x80)
        {
            distance = code[near + 4];
        }
        else if (far >= 0 && far + 8 <= code.Length)
        {
            distance = BinaryPrimitives.ReadUInt32LittleEndian(code[(far + 4)..]);
        }
        return distance is > 0 and <= ushort.MaxValue;
    }

    private static bool TryFindCopy(ElfFile elf, GoFunction read, GoFunction copy, out TlsSite site)
    {
        site = default;
        if (read.Size is < 0 or > MaxFunctionSize || !elf.TryFileOffset(read.Address, out var offset))
        {
            return false;
        }
        var code = elf.ReadCode(offset, read.Size);
        if (!TryFindFirstArgument(code, out var distance) || !GoPlaces.TryFindCall(code, read.Address, copy.Address, out var at) ||
            GoPlaces.TryFindCall(code.AsSpan(at + 1), read.Address + (ulong)at + 1, copy.Address, out _))
        {
            return false;
        }
        site = new TlsSite(TlsHook.GoRead, false, offset + (uint)at, true, distance);
        return true;
    }
}
